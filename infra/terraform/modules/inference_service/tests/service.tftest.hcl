# What the service is like. The provider is a stand-in: nothing is made.

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

run "example" {
  module {
    source = "./tests/example"
  }

  assert {
    condition     = output.service_name == "inference"
    error_message = "README.md's example must make a service."
  }
}

# One run: each takes the provider a while, and all of these look at the same plan.
run "a_release_is_served_as_it_should_be" {
  # a container runs the release and can do little else
  assert {
    condition     = length(jsondecode(aws_ecs_task_definition.inference[0].container_definitions)) == 1
    error_message = "Without a shipper's image the service is alone in its task."
  }
  assert {
    condition = alltrue([
      for container in jsondecode(aws_ecs_task_definition.inference[0].container_definitions) :
      container.image == var.image && container.user == "10001:10001" && container.readonlyRootFilesystem && !container.privileged && container.linuxParameters.capabilities.drop == ["ALL"]
    ])
    error_message = "The container is the release's image, isn't root, and writes to /tmp alone."
  }
  assert {
    condition = {
      for word in jsondecode(aws_ecs_task_definition.inference[0].container_definitions)[0].environment : word.name => word.value
    }["PLINTH_PAYLOAD"] == var.payload
    error_message = "The task says which payload it is of."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.inference[0].container_definitions)[0].secrets[0].valueFrom == var.api_keys_secret_arn
    error_message = "Keys come from the secret by its ARN: no value of it is in the task's definition."
  }
  assert {
    condition     = aws_ecs_task_definition.inference[0].skip_destroy
    error_message = "The revision before must stay for the circuit breaker to go back to."
  }

  # a failed rollout goes back and nothing is public
  assert {
    condition = (
      aws_ecs_service.inference[0].deployment_circuit_breaker[0].enable && aws_ecs_service.inference[0].deployment_circuit_breaker[0].rollback &&
      aws_ecs_service.inference[0].deployment_minimum_healthy_percent == 100 && aws_ecs_service.inference[0].deployment_maximum_percent == 200
    )
    error_message = "New tasks come beside the old ones, and go again where they fail."
  }
  assert {
    condition     = !aws_ecs_service.inference[0].network_configuration[0].assign_public_ip && toset(aws_ecs_service.inference[0].network_configuration[0].subnets) == toset(var.network.private_subnet_ids)
    error_message = "Tasks lie in private subnets and have no public address."
  }
  assert {
    condition     = !aws_ecs_service.inference[0].enable_execute_command
    error_message = "Nobody gets a shell in a task."
  }
  assert {
    condition     = aws_ecs_service.inference[0].tags["plinth:url"] == "https://staging.plinth.example"
    error_message = "The service says where it answers."
  }

  # clients come by https only
  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && aws_lb_listener.https.port == 443 && aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    error_message = "One listener: HTTPS with TLS 1.2 or newer."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.load_balancer : rule.from_port == 443 && rule.to_port == 443])
    error_message = "Clients reach port 443 alone."
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection && aws_lb.this.access_logs[0].enabled
    error_message = "The load balancer drops what is no header, isn't deleted by mistake, and logs."
  }
  assert {
    condition     = one(aws_lb_listener_rule.metrics.condition).path_pattern[0].values == toset(["/metrics", "/metrics/*"]) && aws_lb_listener_rule.metrics.action[0].fixed_response[0].status_code == "404"
    error_message = "Metrics aren't for clients."
  }

  # the firewall has its rules
  assert {
    condition = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset([
      "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesAnonymousIpList", "AWSManagedRulesCommonRuleSet",
      "AWSManagedRulesKnownBadInputsRuleSet", "captcha", "rate",
    ])
    error_message = "Managed rules, a limit of requests, and a puzzle for browsers."
  }
  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : length(rule.override_action[0].none) == 1 if startswith(rule.name, "AWSManagedRules")])
    error_message = "A managed group's refusals are refusals."
  }
  assert {
    condition     = toset([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : field.single_header[0].name]) == toset(["authorization", "cookie", "x-api-key"])
    error_message = "No key gets into the firewall's log."
  }

  # roles can do little
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : statement.Action] == ["s3:PutObject", "kms:GenerateDataKey"]
    error_message = "A task may append to its prediction log, and nothing else."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action if statement.Resource == "*"] == ["ecr:GetAuthorizationToken"]
    error_message = "The only wildcard is the one that AWS knows no resource for."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Resource if statement.Sid == "Pull"]) == ["arn:aws:ecr:eu-central-1:123456789012:repository/plinth/inference"]
    error_message = "A task pulls from its own repository alone."
  }
  assert {
    condition     = jsondecode(aws_iam_role.task.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Only this account's ECS takes the roles."
  }

  # it scales by load and by requests
  assert {
    condition     = aws_appautoscaling_target.inference[0].min_capacity == 2 && aws_appautoscaling_target.inference[0].max_capacity == 10
    error_message = "Between two and ten tasks."
  }
  assert {
    condition = toset([
      for policy in [aws_appautoscaling_policy.cpu[0], aws_appautoscaling_policy.requests[0]] :
      policy.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type
    ]) == toset(["ALBRequestCountPerTarget", "ECSServiceAverageCPUUtilization"])
    error_message = "By the processors' load and by requests a task."
  }

  # buckets are private and encrypted
  assert {
    condition = alltrue([
      for block in [aws_s3_bucket_public_access_block.predictions, aws_s3_bucket_public_access_block.access_logs] :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "No bucket can be made public."
  }
  assert {
    condition = alltrue([
      for policy in [aws_s3_bucket_policy.predictions.policy, aws_s3_bucket_policy.access_logs.policy] :
      jsondecode(policy).Statement[0].Effect == "Deny" && jsondecode(policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    ])
    error_message = "Buckets refuse plain HTTP."
  }
  assert {
    condition     = !aws_s3_bucket.predictions.force_destroy && one(aws_s3_bucket_server_side_encryption_configuration.predictions.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "Predictions are encrypted with the environment's key, and aren't deleted by mistake."
  }
}
