# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id  = "123456789012"
  puller_arns = ["arn:aws:iam::123456789012:role/plinth-staging-execution"]
  pusher_arns = ["arn:aws:iam::123456789012:role/plinth-build"]
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

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_pullers_by_a_wildcard" {
  command = plan

  variables {
    puller_arns = ["arn:aws:iam::123456789012:role/plinth-*"]
  }

  expect_failures = [var.puller_arns]
}

run "refuses_to_let_nobody_pull" {
  command = plan

  variables {
    puller_arns = []
  }

  expect_failures = [var.puller_arns]
}

run "refuses_pushers_by_a_wildcard" {
  command = plan

  variables {
    pusher_arns = ["arn:aws:iam::123456789012:role/*"]
  }

  expect_failures = [var.pusher_arns]
}

run "refuses_to_let_nobody_push" {
  command = plan

  variables {
    pusher_arns = []
  }

  expect_failures = [var.pusher_arns]
}

run "refuses_a_service_in_capitals" {
  command = plan

  variables {
    services = ["Inference"]
  }

  expect_failures = [var.services]
}

run "refuses_no_service" {
  command = plan

  variables {
    services = []
  }

  expect_failures = [var.services]
}

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}

run "refuses_to_keep_nothing" {
  command = plan

  variables {
    untagged_days = 0
  }

  expect_failures = [var.untagged_days]
}

run "refuses_half_a_day" {
  command = plan

  variables {
    untagged_days = 1.5
  }

  expect_failures = [var.untagged_days]
}
