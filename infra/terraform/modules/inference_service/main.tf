# The inference service of one environment. Beside the service stand what it writes (logs.tf, predictions.tf), who it is
# (roles.tf), what is in front of it (load_balancer.tf, firewall.tf), and how many of it there are (scaling.tf).

locals {
  released  = var.payload == "" ? 0 : 1
  container = "inference"
  port      = 8080
  tags      = merge(var.tags, { "plinth:environment" = var.environment })
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "inference" {
  count = local.released

  family                   = "${var.name}-inference"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task.cpu
  memory                   = var.task.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode(local.containers)
  # The circuit breaker goes back to the revision before, which must still be there; a revision costs nothing.
  skip_destroy = true
  tags         = local.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  # The one place that the containers write to. It is Fargate's own disk: encrypted, and gone with the task.
  volume {
    name = "tmp"
  }
}

resource "aws_ecs_service" "inference" {
  count = local.released

  name                               = "inference"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.inference[0].arn
  desired_count                      = var.scaling.minimum
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST"
  availability_zone_rebalancing      = "ENABLED"
  enable_execute_command             = false
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = var.health_grace_seconds
  propagate_tags                     = "SERVICE"
  enable_ecs_managed_tags            = true
  # Whoever deploys waits and says why it failed (`delivery aws settle`); Terraform would only say that its time was over.
  wait_for_steady_state = false
  tags                  = merge(local.tags, { "plinth:url" = "https://${var.domain_name}" })

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  deployment_controller {
    type = "ECS"
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.inference.arn
    container_name   = local.container
    container_port   = local.port
  }

  network_configuration {
    subnets          = var.network.private_subnet_ids
    security_groups  = [aws_security_group.service.id]
    assign_public_ip = false
  }

  lifecycle {
    # How many there are is the scaling policies' to say after the first time.
    ignore_changes = [desired_count]
  }

  # A target group is taken only once a listener sends to it; tasks start only with their rights and their way out.
  depends_on = [
    aws_iam_role_policy.execution,
    aws_lb_listener.https,
    aws_vpc_security_group_egress_rule.service_to_endpoints,
    aws_vpc_security_group_egress_rule.service_to_s3,
  ]
}

resource "aws_security_group" "service" {
  name        = "${var.name}-inference"
  description = "Inference tasks: reached by the load balancer, reach AWS endpoints"
  vpc_id      = var.network.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "service" {
  security_group_id            = aws_security_group.service.id
  description                  = "Requests from the load balancer"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "service_to_endpoints" {
  security_group_id            = aws_security_group.service.id
  description                  = "Images, logs and secrets through the interface endpoints"
  referenced_security_group_id = var.network.endpoint_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "service_to_s3" {
  security_group_id = aws_security_group.service.id
  description       = "Image layers and the prediction log through the gateway endpoint"
  prefix_list_id    = var.network.s3_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}
