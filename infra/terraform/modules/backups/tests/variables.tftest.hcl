# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id    = "123456789012"
  resource_arns = ["arn:aws:rds:eu-central-1:123456789012:db:plinth-registry"]
  topic_arn     = "arn:aws:sns:eu-central-1:123456789012:plinth-alerts"
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

run "refuses_an_hour_that_no_day_has" {
  command = plan

  variables {
    hour_utc = 24
  }

  expect_failures = [var.hour_utc]
}

run "refuses_to_keep_copies_for_a_day" {
  command = plan

  variables {
    keep_days = 1
  }

  expect_failures = [var.keep_days]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_to_copy_everything" {
  command = plan

  variables {
    resource_arns = ["*"]
  }

  expect_failures = [var.resource_arns]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}

run "refuses_a_topic_that_is_none" {
  command = plan

  variables {
    topic_arn = "ops@plinth.example"
  }

  expect_failures = [var.topic_arn]
}
