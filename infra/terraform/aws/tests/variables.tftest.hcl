# What the root takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  account_id          = "123456789012"
  api_keys_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:plinth/staging/api-keys-AbCdEf"
  certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  cost_center         = "plinth"
  domain_name         = "staging.plinth.example"
  environment         = "staging"
  owner               = "ml-platform"
  payload             = ""
  payload_file        = "/payload.json"
  region              = "eu-central-1"
  zones               = ["eu-central-1a", "eu-central-1b"]
}

run "takes_what_is_right" {
  command = plan
}

run "refuses_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "plinth"
  }

  expect_failures = [var.account_id]
}

run "refuses_an_alias_for_a_key" {
  command = plan

  variables {
    api_keys_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:alias/x"
  }

  expect_failures = [var.api_keys_kms_key_arn]
}

run "refuses_a_key_for_a_secret" {
  command = plan

  variables {
    api_keys_secret_arn = "a-key-in-clear"
  }

  expect_failures = [var.api_keys_secret_arn]
}

run "refuses_a_certificate_that_is_no_arn" {
  command = plan

  variables {
    certificate_arn = "staging.plinth.example"
  }

  expect_failures = [var.certificate_arn]
}

run "refuses_no_clients" {
  command = plan

  variables {
    client_blocks = []
  }

  expect_failures = [var.client_blocks]
}

run "refuses_clients_that_are_no_block" {
  command = plan

  variables {
    client_blocks = ["everybody"]
  }

  expect_failures = [var.client_blocks]
}

run "refuses_a_domain_with_a_scheme" {
  command = plan

  variables {
    domain_name = "https://staging.plinth.example"
  }

  expect_failures = [var.domain_name]
}

run "refuses_another_environment" {
  command = plan

  variables {
    environment = "live"
  }

  expect_failures = [var.environment]
}

run "refuses_a_tag_for_a_payload" {
  command = plan

  variables {
    payload = "latest"
  }

  expect_failures = [var.payload]
}

run "refuses_a_boundary_that_is_no_policy" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:role/x"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "refuses_predictions_that_are_gone_too_soon" {
  command = plan

  variables {
    prediction_days = 90
  }

  expect_failures = [var.prediction_days]
}

run "refuses_a_rate_that_the_firewall_does_not_know" {
  command = plan

  variables {
    rate_limit = 10
  }

  expect_failures = [var.rate_limit]
}

run "refuses_a_region_that_is_none" {
  command = plan

  variables {
    region = "europe"
  }

  expect_failures = [var.region]
}

run "refuses_one_task" {
  command = plan

  variables {
    scaling = { minimum = 1 }
  }

  expect_failures = [var.scaling]
}

run "refuses_a_maximum_below_the_minimum" {
  command = plan

  variables {
    scaling = { minimum = 4, maximum = 3 }
  }

  expect_failures = [var.scaling]
}

run "refuses_scaling_at_full_load" {
  command = plan

  variables {
    scaling = { cpu_percent = 100 }
  }

  expect_failures = [var.scaling]
}

run "refuses_a_task_that_answers_nothing" {
  command = plan

  variables {
    scaling = { requests_per_task_minute = 0 }
  }

  expect_failures = [var.scaling]
}

run "refuses_a_size_that_fargate_has_not" {
  command = plan

  variables {
    task = { cpu = 1024, memory = 1024 }
  }

  expect_failures = [var.task]
}

run "refuses_a_task_that_is_root" {
  command = plan

  variables {
    task = { user = "0:0" }
  }

  expect_failures = [var.task]
}

run "refuses_a_model_that_is_no_name" {
  command = plan

  variables {
    models = ["Architecture of Houses"]
  }

  expect_failures = [var.models]
}

run "refuses_a_latency_beyond_the_load_balancers" {
  command = plan

  variables {
    thresholds = { p99_seconds = 60 }
  }

  expect_failures = [var.thresholds]
}

run "refuses_a_limit_of_no_errors" {
  command = plan

  variables {
    thresholds = { error_percent = 0 }
  }

  expect_failures = [var.thresholds]
}

run "refuses_a_drift_score_of_one" {
  command = plan

  variables {
    thresholds = { drift_score = 1 }
  }

  expect_failures = [var.thresholds]
}

run "refuses_an_accuracy_in_percent" {
  command = plan

  variables {
    thresholds = { live_accuracy = 60 }
  }

  expect_failures = [var.thresholds]
}

run "refuses_a_term_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_days = 100
  }

  expect_failures = [var.log_days]
}

run "refuses_an_address_that_is_none" {
  command = plan

  variables {
    alarm_emails = ["somebody"]
  }

  expect_failures = [var.alarm_emails]
}

run "refuses_a_block_too_small" {
  command = plan

  variables {
    cidr_block = "10.20.0.0/24"
  }

  expect_failures = [var.cidr_block]
}

run "refuses_a_block_that_begins_elsewhere" {
  command = plan

  variables {
    cidr_block = "10.20.1.0/16"
  }

  expect_failures = [var.cidr_block]
}

run "refuses_a_cost_center_that_no_tag_holds" {
  command = plan

  variables {
    cost_center = ""
  }

  expect_failures = [var.cost_center]
}

run "refuses_an_owner_that_no_tag_holds" {
  command = plan

  variables {
    owner = "a&b"
  }

  expect_failures = [var.owner]
}

run "refuses_a_zone_that_is_none" {
  command = plan

  variables {
    hosted_zone_id = "plinth.example"
  }

  expect_failures = [var.hosted_zone_id]
}

run "refuses_a_relative_payload_file" {
  command = plan

  variables {
    payload_file = "payload.json"
  }

  expect_failures = [var.payload_file]
}

run "refuses_a_payload_file_that_is_no_json" {
  command = plan

  variables {
    payload_file = "/payload.yaml"
  }

  expect_failures = [var.payload_file]
}

run "refuses_a_payload_whose_file_is_not_there" {
  command = plan

  variables {
    payload = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  }

  expect_failures = [var.payload_file]
}

run "refuses_a_tag_for_the_shipper" {
  command = plan

  variables {
    prediction_shipper = "latest"
  }

  expect_failures = [var.prediction_shipper]
}

run "refuses_one_zone" {
  command = plan

  variables {
    zones = ["eu-central-1a"]
  }

  expect_failures = [var.zones]
}

run "refuses_one_zone_named_twice" {
  command = plan

  variables {
    zones = ["eu-central-1a", "eu-central-1a"]
  }

  expect_failures = [var.zones]
}

run "refuses_zones_of_another_region" {
  command = plan

  variables {
    zones = ["eu-west-1a", "eu-west-1b"]
  }

  expect_failures = [var.zones]
}
