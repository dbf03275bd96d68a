# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id    = "123456789012"
  region        = "eu-central-1"
  repository    = "octo-org/plinth"
  repository_id = "456789"
  state_bucket  = "plinth-123456789012-state"
  subject       = "repo:octo-org@123456/plinth@456789"
  stores = {
    photos_arn  = "arn:aws:s3:::plinth-123456789012-photos"
    records_arn = "arn:aws:s3:::plinth-123456789012-records"
    key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/1"
  }
}

run "takes_what_is_right" {
  command = plan
}

run "refuses_a_shortened_account" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}

run "refuses_every_branch" {
  command = plan

  variables {
    branch = "*"
  }

  expect_failures = [var.branch]
}

run "refuses_a_taken_environment" {
  command = plan

  variables {
    environments = ["plan"]
  }

  expect_failures = [var.environments]
}

run "refuses_an_environment_twice" {
  command = plan

  variables {
    environments = ["staging", "staging"]
  }

  expect_failures = [var.environments]
}

run "refuses_every_zone" {
  command = plan

  variables {
    hosted_zone_arns = ["arn:aws:route53:::hostedzone/*"]
  }

  expect_failures = [var.hosted_zone_arns]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_a_zone_for_a_region" {
  command = plan

  variables {
    region = "eu-central-1a"
  }

  expect_failures = [var.region]
}

run "refuses_a_repository_with_a_wildcard" {
  command = plan

  variables {
    repository = "octo-org/*"
  }

  expect_failures = [var.repository]
}

run "refuses_a_repository_named_for_its_number" {
  command = plan

  variables {
    repository_id = "octo-org/plinth"
  }

  expect_failures = [var.repository_id]
}

run "refuses_a_state_bucket_with_a_wildcard" {
  command = plan

  variables {
    state_bucket = "plinth-*"
  }

  expect_failures = [var.state_bucket]
}

run "refuses_stores_with_a_wildcard" {
  command = plan

  variables {
    stores = {
      photos_arn  = "arn:aws:s3:::*"
      records_arn = "arn:aws:s3:::x-y"
      key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/1"
    }
  }

  expect_failures = [var.stores]
}

run "refuses_a_subject_with_a_wildcard" {
  command = plan

  variables {
    subject = "repo:octo-org/*"
  }

  expect_failures = [var.subject]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}

run "refuses_a_workflow_with_a_wildcard" {
  command = plan

  variables {
    workflows = { deploy = "*.yml" }
  }

  expect_failures = [var.workflows]
}
