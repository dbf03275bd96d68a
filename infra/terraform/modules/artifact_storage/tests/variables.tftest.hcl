# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id = "123456789012"
  region     = "eu-central-1"
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

run "refuses_logs_for_a_week" {
  command = plan

  variables {
    log_days = 7
  }

  expect_failures = [var.log_days]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_records_for_no_day" {
  command = plan

  variables {
    record_days = 0
  }

  expect_failures = [var.record_days]
}

run "refuses_another_lock" {
  command = plan

  variables {
    record_lock_mode = "NONE"
  }

  expect_failures = [var.record_lock_mode]
}

run "refuses_a_zone_for_a_region" {
  command = plan

  variables {
    region = "eu-central-1a"
  }

  expect_failures = [var.region]
}

run "refuses_to_keep_what_was_replaced_for_a_day" {
  command = plan

  variables {
    replaced_days = 1
  }

  expect_failures = [var.replaced_days]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}
