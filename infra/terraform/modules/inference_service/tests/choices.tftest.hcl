# What a caller may choose: a shipper of predictions, and no release at all. The provider is a stand-in: nothing is made.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id          = "123456789012"
  api_keys_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:plinth/staging/api-keys-AbCdEf"
  certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  domain_name         = "staging.plinth.example"
  environment         = "staging"
  image               = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/inference@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  name                = "plinth-staging"
  network             = { vpc_id = "vpc-1", public_subnet_ids = ["subnet-1", "subnet-2"], private_subnet_ids = ["subnet-3", "subnet-4"], endpoint_security_group_id = "sg-1", s3_prefix_list_id = "pl-1" }
  payload             = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  region              = "eu-central-1"
}

run "a_shipper_carries_predictions" {
  variables {
    api_keys_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
    prediction_shipper   = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/log-router@sha256:2222222222222222222222222222222222222222222222222222222222222222"
  }

  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.inference[0].container_definitions) : container.name] == ["inference", "predictions"]
    error_message = "The shipper stands beside the service."
  }
  assert {
    condition     = alltrue([for container in jsondecode(aws_ecs_task_definition.inference[0].container_definitions) : container.readonlyRootFilesystem && container.user != "0:0"])
    error_message = "The shipper can do as little as the service."
  }
  assert {
    condition     = length(one([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Resource if statement.Sid == "Pull"])) == 2
    error_message = "Its image may be pulled too."
  }
  assert {
    condition     = length([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement if statement.Sid == "DecryptKeys"]) == 1
    error_message = "A secret under a key of one's own can be read."
  }
}

run "without_a_release_no_service_but_all_else" {
  variables {
    image   = null
    payload = ""
  }

  assert {
    condition     = length(aws_ecs_service.inference) == 0 && length(aws_ecs_task_definition.inference) == 0 && length(aws_appautoscaling_target.inference) == 0
    error_message = "Nothing is released, so nothing runs."
  }
  assert {
    condition     = output.service_name == null && output.image == null && aws_lb_listener.https.port == 443
    error_message = "What stands in front of the service stays."
  }
}
