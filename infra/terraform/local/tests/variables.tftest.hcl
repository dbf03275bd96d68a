# What the root takes, and what it refuses before it does anything. Plans only: no command runs.

variables {
  environment       = "staging"
  launcher          = "/plinth"
  payload           = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  payload_file      = "/payload.json"
  source_repository = "/repository"
}

run "takes_a_release" {
  command = plan

  assert {
    condition     = length(terraform_data.service) == 1 && length(terraform_data.payload) == 1
    error_message = "A released payload must be installed once and served once."
  }
  assert {
    condition     = terraform_data.service[0].input == var.payload
    error_message = "The service must run the payload that is released."
  }
  assert {
    condition     = contains(terraform_data.service[0].triggers_replace, var.payload)
    error_message = "Another payload must replace the service."
  }
}

run "runs_nothing_where_nothing_is_released" {
  command = plan

  variables {
    payload = ""
  }
  assert {
    condition     = length(terraform_data.service) == 0 && length(terraform_data.payload) == 0
    error_message = "Without a release there is nothing to run."
  }
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

run "refuses_a_shortened_digest" {
  command = plan

  variables {
    payload = "sha256:aaaaaaaaaaaa"
  }
  expect_failures = [var.payload]
}

run "refuses_a_launcher_without_a_place" {
  command = plan

  variables {
    launcher = "plinth"
  }
  expect_failures = [var.launcher]
}

run "refuses_a_payload_file_that_is_no_json" {
  command = plan

  variables {
    payload_file = "/payload.yaml"
  }
  expect_failures = [var.payload_file]
}

run "refuses_a_relative_payload_file" {
  command = plan

  variables {
    payload_file = "payload.json"
  }
  expect_failures = [var.payload_file]
}

run "refuses_a_repository_without_a_place" {
  command = plan

  variables {
    source_repository = "repository"
  }
  expect_failures = [var.source_repository]
}

run "refuses_a_port_of_the_system" {
  command = plan

  variables {
    port = 80
  }
  expect_failures = [var.port]
}

run "refuses_half_a_port" {
  command = plan

  variables {
    port = 8000.5
  }
  expect_failures = [var.port]
}
