# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id          = "123456789012"
  api_keys_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:plinth/staging/api-keys-AbCdEf"
  certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  domain_name         = "staging.plinth.example"
  environment         = "staging"
  image               = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/inference@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  name                = "plinth-staging"
  network             = { vpc_id = "vpc-1", public_subnet_ids = ["subnet-1", "subnet-2"], private_subnet_ids = ["subnet-3", "subnet-4"], endpoint_security_group_id = "sg-1", s3_prefix_list_id = "pl-1" }
  payload             = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  region              = "eu-central-1"
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

run "refuses_a_term_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_days = 100
  }

  expect_failures = [var.log_days]
}

run "refuses_a_health_check_that_waits_too_long" {
  command = plan

  variables {
    health_grace_seconds = 1000
  }

  expect_failures = [var.health_grace_seconds]
}

run "refuses_a_tag_for_an_image" {
  command = plan

  variables {
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/inference:latest"
  }

  expect_failures = [var.image]
}

run "refuses_a_payload_without_an_image" {
  command = plan

  variables {
    image = null
  }

  expect_failures = [var.image]
}

run "refuses_an_image_without_a_payload" {
  command = plan

  variables {
    payload = ""
  }

  expect_failures = [var.image]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_one_zone" {
  command = plan

  variables {
    network = { vpc_id = "vpc-1", public_subnet_ids = ["subnet-1", "subnet-2"], private_subnet_ids = ["subnet-3"], endpoint_security_group_id = "sg-1", s3_prefix_list_id = "pl-1" }
  }

  expect_failures = [var.network]
}

run "refuses_a_tag_for_the_shipper" {
  command = plan

  variables {
    prediction_shipper = "fluent-bit:latest"
  }

  expect_failures = [var.prediction_shipper]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}
