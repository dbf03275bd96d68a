# What the service and the firewall say, and the key that encrypts it and the prediction log.

locals {
  service_log_group = "/plinth/${var.name}/inference"
  # The firewall writes only to groups whose name begins so.
  firewall_log_group = "aws-waf-logs-${var.name}"
  log_groups         = "arn:aws:logs:${var.region}:${var.account_id}:log-group"
}

resource "aws_kms_key" "this" {
  description             = "Logs and predictions of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = local.tags

  # In a key's policy the resource * is the key itself.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        # All of it: without it a key can become one that nobody can administer or delete.
        Action   = "kms:*"
        Resource = "*"
      },
      {
        Sid       = "LogsEncrypt"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = {
          ArnEquals = {
            "kms:EncryptionContext:aws:logs:arn" = [
              "${local.log_groups}:${local.service_log_group}",
              "${local.log_groups}:${local.firewall_log_group}",
            ]
          }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-inference"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_cloudwatch_log_group" "service" {
  name              = local.service_log_group
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.this.arn
  tags              = local.tags
}

resource "aws_cloudwatch_log_group" "firewall" {
  name              = local.firewall_log_group
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.this.arn
  tags              = local.tags
}

resource "aws_cloudwatch_log_resource_policy" "firewall" {
  policy_name = "${var.name}-firewall"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      # A stream a web ACL and region: the names are AWS's.
      Resource = "${aws_cloudwatch_log_group.firewall.arn}:*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:aws:logs:${var.region}:${var.account_id}:*" }
      }
    }]
  })
}
