# What the module takes, and what it refuses before anything is made. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id           = "123456789012"
  region               = "eu-central-1"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/1-2"
  clients              = { runners = "sg-2" }
  domain_name          = "mlflow.plinth.example"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/plinth/training"
  log_bucket           = "plinth-123456789012-logs"
  network = {
    vpc_id                     = "vpc-1"
    private_subnet_ids         = ["subnet-1", "subnet-2"]
    endpoint_security_group_id = "sg-1"
    s3_prefix_list_id          = "pl-1"
  }
  artifacts = {
    bucket     = "plinth-123456789012-mlflow"
    bucket_arn = "arn:aws:s3:::plinth-123456789012-mlflow"
    key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/1"
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

run "refuses_a_bucket_in_capitals" {
  command = plan

  variables {
    artifacts = {
      bucket     = "Plinth"
      bucket_arn = "arn:aws:s3:::x"
      key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/1"
    }
  }

  expect_failures = [var.artifacts]
}

run "refuses_backups_of_a_day" {
  command = plan

  variables {
    backup_days = 1
  }

  expect_failures = [var.backup_days]
}

run "refuses_backups_that_rds_can_not_keep" {
  command = plan

  variables {
    backup_days = 36
  }

  expect_failures = [var.backup_days]
}

run "refuses_a_certificate_of_another_service" {
  command = plan

  variables {
    certificate_arn = "arn:aws:iam::123456789012:server-certificate/x"
  }

  expect_failures = [var.certificate_arn]
}

run "refuses_a_client_without_a_name" {
  command = plan

  variables {
    clients = { "" = "sg-2" }
  }

  expect_failures = [var.clients]
}

run "refuses_an_old_postgres" {
  command = plan

  variables {
    database = { version = "11.1" }
  }

  expect_failures = [var.database]
}

run "refuses_a_machine_of_ec2" {
  command = plan

  variables {
    database = { instance_class = "t4g.small" }
  }

  expect_failures = [var.database]
}

run "refuses_too_small_a_database" {
  command = plan

  variables {
    database = { storage_gb = 5 }
  }

  expect_failures = [var.database]
}

run "refuses_half_a_domain_name" {
  command = plan

  variables {
    domain_name = "mlflow"
  }

  expect_failures = [var.domain_name]
}

run "refuses_an_image_by_a_tag" {
  command = plan

  variables {
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/training:latest"
  }

  expect_failures = [var.image]
}

run "refuses_every_repository" {
  command = plan

  variables {
    image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/*"
  }

  expect_failures = [var.image_repository_arn]
}

run "refuses_a_log_bucket_in_capitals" {
  command = plan

  variables {
    log_bucket = "Logs"
  }

  expect_failures = [var.log_bucket]
}

run "refuses_a_term_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_days = 100
  }

  expect_failures = [var.log_days]
}

run "refuses_a_long_name" {
  command = plan

  variables {
    name = "plinth-with-a-name-too-long"
  }

  expect_failures = [var.name]
}

run "refuses_a_network_of_one_zone" {
  command = plan

  variables {
    network = {
      vpc_id                     = "vpc-1"
      private_subnet_ids         = ["subnet-1"]
      endpoint_security_group_id = "sg-1"
      s3_prefix_list_id          = "pl-1"
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

run "refuses_a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:x" = "y" }
  }

  expect_failures = [var.tags]
}

run "refuses_a_task_that_fargate_has_not" {
  command = plan

  variables {
    task = { cpu = 300 }
  }

  expect_failures = [var.task]
}

run "refuses_a_task_with_little_memory" {
  command = plan

  variables {
    task = { cpu = 1024, memory_mb = 1024 }
  }

  expect_failures = [var.task]
}
