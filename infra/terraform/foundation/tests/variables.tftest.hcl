# What the root takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id     = "123456789012"
  region         = "eu-central-1"
  repository     = "octo-org/plinth"
  repository_id  = "456789"
  state_bucket   = "plinth-123456789012-state"
  subject        = "repo:octo-org@123456/plinth@456789"
  alert_emails   = ["ops@plinth.example"]
  connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/1-2"
  owner          = "platform"
  zones          = ["eu-central-1a", "eu-central-1b"]
  registry = {
    domain_name     = "mlflow.plinth.example"
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1-2"
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

run "refuses_to_tell_nobody" {
  command = plan

  variables {
    alert_emails = []
  }

  expect_failures = [var.alert_emails]
}

run "refuses_an_address_that_is_none" {
  command = plan

  variables {
    alert_emails = ["ops"]
  }

  expect_failures = [var.alert_emails]
}

run "refuses_every_branch" {
  command = plan

  variables {
    branch = "*"
  }

  expect_failures = [var.branch]
}

run "refuses_a_budget_of_nothing" {
  command = plan

  variables {
    budget_usd = 0
  }

  expect_failures = [var.budget_usd]
}

run "refuses_a_block_that_is_none" {
  command = plan

  variables {
    cidr_block = "10.10.0.0"
  }

  expect_failures = [var.cidr_block]
}

run "refuses_codebuild_without_a_connection" {
  command = plan

  variables {
    connection_arn = ""
  }

  expect_failures = [var.connection_arn]
}

run "refuses_a_cost_center_with_blanks" {
  command = plan

  variables {
    cost_center = "a b"
  }

  expect_failures = [var.cost_center]
}

run "refuses_another_environment" {
  command = plan

  variables {
    environments = ["live"]
  }

  expect_failures = [var.environments]
}

run "refuses_every_zone_of_names" {
  command = plan

  variables {
    hosted_zone_arns = ["arn:aws:route53:::hostedzone/*"]
  }

  expect_failures = [var.hosted_zone_arns]
}

run "refuses_a_term_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_days = 100
  }

  expect_failures = [var.log_days]
}

run "refuses_an_owner_with_blanks" {
  command = plan

  variables {
    owner = "a b"
  }

  expect_failures = [var.owner]
}

run "refuses_records_for_no_day" {
  command = plan

  variables {
    records = { days = 0 }
  }

  expect_failures = [var.records]
}

run "refuses_another_lock" {
  command = plan

  variables {
    records = { lock_mode = "NONE" }
  }

  expect_failures = [var.records]
}

run "refuses_a_zone_for_a_region" {
  command = plan

  variables {
    region = "eu-central-1a"
  }

  expect_failures = [var.region]
}

run "refuses_half_a_domain_name" {
  command = plan

  variables {
    registry = {
      domain_name     = "mlflow"
      certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1-2"
    }
  }

  expect_failures = [var.registry]
}

run "refuses_mlflow_by_a_tag" {
  command = plan

  variables {
    registry = {
      domain_name     = "mlflow.plinth.example"
      certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1-2"
      image           = "x.example/plinth/training:latest"
    }
  }

  expect_failures = [var.registry]
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
    repository_id = "plinth"
  }

  expect_failures = [var.repository_id]
}

run "refuses_other_runners" {
  command = plan

  variables {
    runners = "github"
  }

  expect_failures = [var.runners]
}

run "refuses_a_state_bucket_with_a_wildcard" {
  command = plan

  variables {
    state_bucket = "plinth-*"
  }

  expect_failures = [var.state_bucket]
}

run "refuses_a_subject_with_a_wildcard" {
  command = plan

  variables {
    subject = "repo:octo-org/*"
  }

  expect_failures = [var.subject]
}

run "refuses_one_zone" {
  command = plan

  variables {
    zones = ["eu-central-1a"]
  }

  expect_failures = [var.zones]
}
