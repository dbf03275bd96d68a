# What holds for every registry of models. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id           = "123456789012"
  region               = "eu-central-1"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/0f0e-11"
  clients              = { runners = "sg-0a" }
  domain_name          = "mlflow.plinth.example"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/plinth/training"
  log_bucket           = "plinth-123456789012-logs"
  artifacts = {
    bucket     = "plinth-123456789012-mlflow"
    bucket_arn = "arn:aws:s3:::plinth-123456789012-mlflow"
    key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/0b"
  }
  network = {
    vpc_id                     = "vpc-0c"
    private_subnet_ids         = ["subnet-0d", "subnet-0e"]
    endpoint_security_group_id = "sg-0f"
    s3_prefix_list_id          = "pl-10"
  }
}

run "example" {
  command = plan

  module {
    source = "./tests/example"
  }
}

run "nothing_is_public_and_no_password_is_known" {
  command = plan

  assert {
    condition     = !aws_db_instance.registry.publicly_accessible && aws_lb.registry.internal
    error_message = "Database and load balancer must be inside the network."
  }
  assert {
    condition     = aws_db_instance.registry.manage_master_user_password && aws_db_instance.registry.password == null
    error_message = "RDS must keep the password."
  }
  assert {
    condition     = aws_db_instance.registry.storage_encrypted && aws_db_instance.registry.deletion_protection && !aws_db_instance.registry.skip_final_snapshot
    error_message = "The database must be encrypted, protected, and leave a last snapshot."
  }
  assert {
    condition     = aws_db_instance.registry.multi_az && aws_db_instance.registry.backup_retention_period == 14
    error_message = "A zone may be lost, and an hour, not the database."
  }
  assert {
    condition     = length(aws_ecs_service.registry) == 0 && length(aws_ecs_task_definition.registry) == 0
    error_message = "Without an image nothing runs."
  }
}

run "one_zone_is_a_choice" {
  command = plan

  variables {
    database = { two_zones = false }
  }

  assert {
    condition     = !aws_db_instance.registry.multi_az
    error_message = "A team may pay for one zone only."
  }
}

run "an_image_runs_in_private" {
  command = plan

  variables {
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/training@sha256:${join("", [for _ in range(8) : "0123abcd"])}"
  }

  assert {
    condition     = !aws_ecs_service.registry[0].network_configuration[0].assign_public_ip && aws_ecs_service.registry[0].deployment_circuit_breaker[0].rollback
    error_message = "MLflow has no public address, and a bad image goes back."
  }
}
