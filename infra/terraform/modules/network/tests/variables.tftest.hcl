# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name  = "plinth-staging"
  zones = ["eu-central-1a", "eu-central-1b"]
}

run "takes_what_is_right" {
  command = plan
}

run "refuses_a_block_that_is_none" {
  command = plan

  variables {
    cidr_block = "10.20.0.0"
  }

  expect_failures = [var.cidr_block]
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

run "refuses_a_term_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    flow_log_days = 100
  }

  expect_failures = [var.flow_log_days]
}

run "refuses_a_gateway_that_aws_has_not" {
  command = plan

  variables {
    gateway_endpoints = ["sqs"]
  }

  expect_failures = [var.gateway_endpoints]
}

run "refuses_an_endpoint_by_its_whole_name" {
  command = plan

  variables {
    interface_endpoints = ["com.amazonaws.eu_central_1.logs"]
  }

  expect_failures = [var.interface_endpoints]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_a_boundary_that_is_no_policy" {
  command = plan

  variables {
    permissions_boundary_arn = "arn:aws:iam::123456789012:role/x"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
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
