# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id  = "123456789012"
  environment = "staging"
  name        = "plinth-staging"
  region      = "eu-central-1"
  released    = true
  service     = { cluster_name = "plinth-staging", firewall_name = "plinth-staging", load_balancer_arn_suffix = "app/plinth-staging/1", log_group_name = "/plinth/plinth-staging/inference", service_name = "inference", target_group_arn_suffix = "targetgroup/plinth-staging/1" }
}

run "takes_what_is_right" {
  command = plan
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

run "refuses_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "plinth"
  }

  expect_failures = [var.account_id]
}

run "refuses_an_address_that_is_none" {
  command = plan

  variables {
    emails = ["somebody"]
  }

  expect_failures = [var.emails]
}

run "refuses_another_environment" {
  command = plan

  variables {
    environment = "live"
  }

  expect_failures = [var.environment]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_a_region_that_is_none" {
  command = plan

  variables {
    region = "europe"
  }

  expect_failures = [var.region]
}

run "refuses_a_service_without_a_name" {
  command = plan

  variables {
    service = { cluster_name = "plinth-staging", firewall_name = "plinth-staging", load_balancer_arn_suffix = "app/plinth-staging/1", log_group_name = "/plinth/plinth-staging/inference", service_name = "", target_group_arn_suffix = "targetgroup/plinth-staging/1" }
  }

  expect_failures = [var.service]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}
