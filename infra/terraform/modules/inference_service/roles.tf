# Two roles: what starts a task (pulls its image, reads its secrets, writes its log), and what the task itself may do.

locals {
  assumed_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:${var.region}:${var.account_id}:*" }
      }
    }]
  })
  # An image is <account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:...
  pulled = [for image in compact([var.image, var.prediction_shipper]) : regex("^([0-9]+)[.]dkr[.]ecr[.]([a-z0-9-]+)[.][^/]+/([^@]+)@", image)]
  pull = {
    Sid      = "Pull"
    Effect   = "Allow"
    Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    Resource = [for words in local.pulled : "arn:aws:ecr:${words[1]}:${words[0]}:repository/${words[2]}"]
  }
  decrypt_keys = {
    Sid       = "DecryptKeys"
    Effect    = "Allow"
    Action    = ["kms:Decrypt"]
    Resource  = [var.api_keys_kms_key_arn]
    Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
  }
}

resource "aws_iam_role" "execution" {
  name                 = "${var.name}-execution"
  description          = "Starts tasks of ${var.name}"
  assume_role_policy   = local.assumed_by_tasks
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

resource "aws_iam_role_policy" "execution" {
  name = "start-tasks"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "RegistryToken"
          Effect = "Allow"
          Action = "ecr:GetAuthorizationToken"
          # AWS knows no resource for it: a token is the registry's. What is pulled with it is the statement Pull's to say.
          Resource = "*"
        },
        {
          Sid    = "Log"
          Effect = "Allow"
          Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
          # A stream a task: the names come with the tasks.
          Resource = "${aws_cloudwatch_log_group.service.arn}:*"
        },
        {
          Sid      = "ReadKeys"
          Effect   = "Allow"
          Action   = "secretsmanager:GetSecretValue"
          Resource = var.api_keys_secret_arn
        },
      ],
      length(local.pulled) == 0 ? [] : [local.pull],
      var.api_keys_kms_key_arn == null ? [] : [local.decrypt_keys],
    )
  })
}

resource "aws_iam_role" "task" {
  name                 = "${var.name}-task"
  description          = "What inference of ${var.name} may do: append to its prediction log"
  assume_role_policy   = local.assumed_by_tasks
  permissions_boundary = var.permissions_boundary_arn
  tags                 = local.tags
}

resource "aws_iam_role_policy" "task" {
  name = "append-predictions"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Append"
        Effect = "Allow"
        Action = "s3:PutObject"
        # New objects below one folder; what is there it can neither read nor delete.
        Resource = "${aws_s3_bucket.predictions.arn}/predictions/*"
      },
      {
        Sid       = "Encrypt"
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = aws_kms_key.this.arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
      },
    ]
  })
}
