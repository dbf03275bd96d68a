# Copies of what can't be made again, once a day. What was written since the last copy is what is lost.

resource "aws_kms_key" "backups" {
  description             = "Backups of ${var.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # The account's own policies decide who uses the key; without this nobody could ever change it again.
      Sid       = "TheAccountDecides"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*" # In a key's policy, * is this key.
    }]
  })
}

resource "aws_kms_alias" "backups" {
  name          = "alias/${var.name}-backups"
  target_key_id = aws_kms_key.backups.key_id
}

resource "aws_backup_vault" "this" {
  name        = var.name
  kms_key_arn = aws_kms_key.backups.arn
  tags        = var.tags
}

# A copy can't be deleted before its time, by nobody but who may take this lock away.
resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name  = aws_backup_vault.this.name
  min_retention_days = var.keep_days
}

resource "aws_backup_plan" "this" {
  name = var.name
  tags = var.tags

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this.name
    schedule          = "cron(0 ${var.hour_utc} * * ? *)"
    start_window      = 60
    completion_window = 480

    lifecycle {
      delete_after = var.keep_days
    }
  }
}

locals {
  copying = length(var.resource_arns) > 0 ? 1 : 0
}

resource "aws_iam_role" "this" {
  count = local.copying

  name        = "${var.name}-backups"
  description = "AWS Backup copies and restores what the plan names."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "BackupOnly"
      Effect    = "Allow"
      Principal = { Service = "backup.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

# Amazon's own policies for this: what a copy needs differs from service to service, and grows with them.
resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(local.copying == 1 ? ["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"] : [])

  role       = aws_iam_role.this[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.key}"
}

resource "aws_backup_selection" "this" {
  count = local.copying

  name         = var.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this[0].arn
  resources    = var.resource_arns
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "${var.name}-backup-failed"
  alarm_description   = "A backup failed: the last good copy grows older."
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = aws_backup_vault.this.name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching" # Where nothing failed there is no figure.
  alarm_actions       = [var.topic_arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "missing" {
  count = local.copying

  alarm_name          = "${var.name}-backup-missing"
  alarm_description   = "No backup was completed for a day: whatever should have made it did not."
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsCompleted"
  dimensions          = { BackupVaultName = aws_backup_vault.this.name }
  statistic           = "Sum"
  period              = 86400
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = length(var.resource_arns)
  treat_missing_data  = "breaching" # No figure is no backup.
  alarm_actions       = [var.topic_arn]
  tags                = var.tags
}
