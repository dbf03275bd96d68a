# MLflow: what was tried, and which versions of models there are. Its truth is small and is in the database; models and evidence are in the
# artifact store, and what runs is in git. So MLflow may be gone for an hour, and no release notices.

locals {
  full_name = "${var.name}-registry"
  account   = "arn:aws:iam::${var.account_id}:root"
  log_group = "/${var.name}/registry"
  running   = var.image == "" ? 0 : 1

  # The container's own check opens a connection as the server does. When the password was rotated it fails, and the task that takes its
  # place is given the new one: MLflow can't read it anew.
  check = "import psycopg2, urllib.request; psycopg2.connect('').close(); urllib.request.urlopen('http://127.0.0.1:5000/health', timeout=3)"
}

resource "aws_kms_key" "registry" {
  description             = "MLflow's database and logs, ${var.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The account's own policies decide who uses the key; without this nobody could ever change it again.
        Sid       = "TheAccountDecides"
        Effect    = "Allow"
        Principal = { AWS = local.account }
        Action    = "kms:*"
        Resource  = "*" # In a key's policy, * is this key.
      },
      {
        Sid       = "TheDatabasesLogsAreEncrypted"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*" # In a key's policy, * is this key.
        Condition = {
          # The groups that RDS writes to have its names.
          ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:/aws/rds/instance/${local.full_name}/*" }
        }
      },
      {
        Sid       = "MLflowsLogsAreEncrypted"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*" # In a key's policy, * is this key.
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:${local.log_group}" } }
      },
    ]
  })
}

resource "aws_kms_alias" "registry" {
  name          = "alias/${local.full_name}"
  target_key_id = aws_kms_key.registry.key_id
}

resource "aws_cloudwatch_log_group" "registry" {
  name              = local.log_group
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.registry.arn
  tags              = var.tags
}
