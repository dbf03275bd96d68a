# MLflow's server on Fargate. Without an image nothing runs: the registry of images is filled after the foundation stands.

resource "aws_ecs_cluster" "registry" {
  name = local.full_name
  tags = var.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_iam_role" "execution" {
  name        = "${local.full_name}-execution"
  description = "ECS starts MLflow: pulls its image, reads its password, writes its log."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.ecs_only, { Sid = "ECSOnly" })]
  })
}

resource "aws_iam_role" "task" {
  name        = "${local.full_name}-task"
  description = "MLflow: reads and writes artifacts."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.ecs_only, { Sid = "ECSOnly" })]
  })
}

locals {
  ecs_only = {
    Effect    = "Allow"
    Principal = { Service = "ecs-tasks.amazonaws.com" }
    Action    = "sts:AssumeRole"
    Condition = {
      StringEquals = { "aws:SourceAccount" = var.account_id }
      ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:${var.region}:${var.account_id}:*" } # ECS asks as whatever it runs.
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  name = "starts-mlflow"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogsInToTheRegistry"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = "*" # AWS gives this action no resource.
      },
      {
        Sid      = "PullsTheImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = var.image_repository_arn
      },
      {
        Sid      = "ReadsThePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_db_instance.registry.master_user_secret[0].secret_arn
      },
      {
        Sid       = "DecryptsThePassword"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = aws_kms_key.registry.arn
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "WritesItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.registry.arn}:*" # Its streams.
      },
    ]
  })
}

resource "aws_iam_role_policy" "task" {
  name = "keeps-artifacts"
  role = aws_iam_role.task.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindsArtifacts"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
        Resource = var.artifacts.bucket_arn
      },
      {
        Sid      = "KeepsArtifacts"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = "${var.artifacts.bucket_arn}/*" # The bucket is MLflow's own.
      },
      {
        Sid       = "EncryptsArtifacts"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = var.artifacts.key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "registry" {
  count = local.running

  family                   = local.full_name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task.cpu
  memory                   = var.task.memory_mb
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  tags                     = var.tags

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([{
    name                   = "mlflow"
    image                  = var.image
    essential              = true
    user                   = "10001:10001"
    readonlyRootFilesystem = true
    portMappings           = [{ containerPort = 5000, protocol = "tcp" }]
    mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    command = [
      "mlflow", "server", "--host", "0.0.0.0", "--port", "5000", "--serve-artifacts",
      "--backend-store-uri", "postgresql://", "--artifacts-destination", "s3://${var.artifacts.bucket}",
      "--allowed-hosts", var.domain_name,
    ]
    # libpq reads these; so the password is in no command line and no log.
    environment = [
      { name = "PGDATABASE", value = "mlflow" },
      { name = "PGHOST", value = aws_db_instance.registry.address },
      { name = "PGPORT", value = "5432" },
      { name = "PGSSLMODE", value = "require" },
    ]
    secrets = [
      { name = "PGPASSWORD", valueFrom = "${aws_db_instance.registry.master_user_secret[0].secret_arn}:password::" },
      { name = "PGUSER", valueFrom = "${aws_db_instance.registry.master_user_secret[0].secret_arn}:username::" },
    ]
    healthCheck = {
      command     = ["CMD", "python", "-c", local.check]
      interval    = 30
      timeout     = 10
      retries     = 3
      startPeriod = 120
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.registry.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "mlflow"
      }
    }
  }])
}

resource "aws_ecs_service" "registry" {
  count = local.running

  name                               = "mlflow"
  cluster                            = aws_ecs_cluster.registry.id
  task_definition                    = aws_ecs_task_definition.registry[0].arn
  desired_count                      = 1
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST"
  health_check_grace_period_seconds  = 180
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  propagate_tags                     = "SERVICE"
  tags                               = var.tags

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.network.private_subnet_ids
    security_groups  = [aws_security_group.server.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.registry.arn
    container_name   = "mlflow"
    container_port   = 5000
  }

  depends_on = [aws_lb_listener.registry, aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
