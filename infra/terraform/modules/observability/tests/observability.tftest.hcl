# What is watched, and who is told. The provider is a stand-in: nothing is made.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id  = "123456789012"
  emails      = ["ml@plinth.example"]
  environment = "staging"
  models      = ["architecture", "fraud"]
  name        = "plinth-staging"
  region      = "eu-central-1"
  released    = true
  service     = { cluster_name = "plinth-staging", firewall_name = "plinth-staging", load_balancer_arn_suffix = "app/plinth-staging/1", log_group_name = "/plinth/plinth-staging/inference", service_name = "inference", target_group_arn_suffix = "targetgroup/plinth-staging/1" }
}

run "example" {
  module {
    source = "./tests/example"
  }

  assert {
    condition     = length(output.alarm_names) == 6
    error_message = "README.md's example must make its six alarms."
  }
}

run "every_alarm_tells_somebody" {
  assert {
    condition     = length(output.alarm_names) == 8
    error_message = "Four alarms of the service, two a model."
  }
  assert {
    condition = alltrue([
      for alarm in concat(
        [aws_cloudwatch_metric_alarm.latency, aws_cloudwatch_metric_alarm.errors, aws_cloudwatch_metric_alarm.unhealthy],
        aws_cloudwatch_metric_alarm.deserted, values(aws_cloudwatch_metric_alarm.quality),
      ) :
      alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.ok_actions == toset([aws_sns_topic.alarms.arn])
    ])
    error_message = "An alarm says when it begins and when it ends."
  }
  assert {
    condition     = aws_sns_topic_subscription.email["ml@plinth.example"].protocol == "email"
    error_message = "Who is named is told."
  }
}

run "silence_means_what_it_should" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.deserted[0].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.latency.treat_missing_data == "notBreaching"
    error_message = "No count of healthy tasks is an outage; no request is none."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.quality["drift_score-fraud"].insufficient_data_actions == toset([aws_sns_topic.alarms.arn])
    error_message = "A monitor that stopped must be heard."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.quality["live_accuracy-fraud"].treat_missing_data == "ignore"
    error_message = "Labels come when somebody checks."
  }
}

run "without_a_release_no_target_is_no_fault" {
  variables {
    released = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.deserted) == 0 && length(output.alarm_names) == 7
    error_message = "Nothing is released, so nobody is missed."
  }
}

run "the_topic_is_encrypted_and_takes_alarms_only" {
  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id != null && aws_kms_key.alarms.enable_key_rotation
    error_message = "What is told is encrypted."
  }
  assert {
    condition     = jsondecode(aws_sns_topic_policy.alarms.policy).Statement[0].Principal.Service == "cloudwatch.amazonaws.com" && jsondecode(aws_sns_topic_policy.alarms.policy).Statement[1].Effect == "Deny"
    error_message = "Alarms alone are told, over TLS."
  }
}
