# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id     = "123456789012"
  region         = "eu-central-1"
  connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/1-2"
  repository     = "octo-org/plinth"
  network = {
    vpc_id                  = "vpc-1"
    private_subnet_ids      = ["subnet-1", "subnet-2"]
    private_route_table_ids = ["rtb-1", "rtb-2"]
    public_subnet_ids       = ["subnet-3", "subnet-4"]
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

run "refuses_codebuild_without_a_connection" {
  command = plan

  variables {
    connection_arn = ""
  }

  expect_failures = [var.connection_arn]
}

run "refuses_another_hosting" {
  command = plan

  variables {
    hosting = "github"
  }

  expect_failures = [var.hosting]
}

run "refuses_an_image_of_anybody" {
  command = plan

  variables {
    image = "ubuntu:latest"
  }

  expect_failures = [var.image]
}

run "refuses_jobs_without_end" {
  command = plan

  variables {
    job_minutes = 1000
  }

  expect_failures = [var.job_minutes]
}

run "refuses_a_term_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_days = 100
  }

  expect_failures = [var.log_days]
}

run "refuses_a_machine_of_ec2" {
  command = plan

  variables {
    machine = "t3.small"
  }

  expect_failures = [var.machine]
}

run "refuses_a_name_in_capitals" {
  command = plan

  variables {
    name = "Plinth"
  }

  expect_failures = [var.name]
}

run "refuses_a_network_of_one_zone" {
  command = plan

  variables {
    network = {
      vpc_id                  = "vpc-1"
      private_subnet_ids      = ["subnet-1"]
      private_route_table_ids = ["rtb-1"]
      public_subnet_ids       = ["subnet-3", "subnet-4"]
    }
  }

  expect_failures = [var.network]
}

run "refuses_a_subnet_without_a_route_table" {
  command = plan

  variables {
    network = {
      vpc_id                  = "vpc-1"
      private_subnet_ids      = ["subnet-1", "subnet-2"]
      private_route_table_ids = ["rtb-1"]
      public_subnet_ids       = ["subnet-3", "subnet-4"]
    }
  }

  expect_failures = [var.network]
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

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}

run "refuses_to_run_what_nobody_reviewed" {
  command = plan

  variables {
    workflow_names = ["ci"]
  }

  expect_failures = [var.workflow_names]
}

run "refuses_a_workflow_with_a_wildcard" {
  command = plan

  variables {
    workflow_names = [".*"]
  }

  expect_failures = [var.workflow_names]
}

run "refuses_an_address_of_mlflow_with_a_path" {
  command = plan

  variables {
    tracking_uri = "https://mlflow.plinth.example/api"
  }

  expect_failures = [var.tracking_uri]
}
