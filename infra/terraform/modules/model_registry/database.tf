# The database. Its password is made and kept by RDS in Secrets Manager: it is in no state, no variable and no plan.

resource "aws_db_subnet_group" "registry" {
  name       = local.full_name
  subnet_ids = var.network.private_subnet_ids
  tags       = var.tags
}

resource "aws_db_parameter_group" "registry" {
  name   = local.full_name
  family = "postgres${split(".", var.database.version)[0]}"
  tags   = var.tags

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  # Definitions and slow statements: all statements would write every metric of every run into a log.
  parameter {
    name  = "log_statement"
    value = "ddl"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
}

# RDS would make these itself, to keep everything for ever without a key.
resource "aws_cloudwatch_log_group" "database" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${local.full_name}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.registry.arn
  tags              = var.tags
}

resource "aws_db_instance" "registry" {
  # checkov:skip=CKV_AWS_157:Two zones are the default; one is a choice by `database.two_zones`, which production of a small team may make.
  identifier     = local.full_name
  engine         = "postgres"
  engine_version = var.database.version
  instance_class = var.database.instance_class
  db_name        = "mlflow"
  tags           = var.tags

  username                      = "mlflow"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.registry.arn

  allocated_storage     = var.database.storage_gb
  max_allocated_storage = var.database.storage_gb * 5
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.registry.arn

  multi_az               = var.database.two_zones
  publicly_accessible    = false
  db_subnet_group_name   = aws_db_subnet_group.registry.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.registry.name
  port                   = 5432

  backup_retention_period   = var.backup_days
  backup_window             = "01:00-02:00"
  maintenance_window        = "sun:03:00-sun:04:00"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = var.protected
  skip_final_snapshot       = false
  final_snapshot_identifier = "${local.full_name}-last"

  auto_minor_version_upgrade          = true
  iam_database_authentication_enabled = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
  performance_insights_enabled        = true
  performance_insights_kms_key_id     = aws_kms_key.registry.arn
  monitoring_interval                 = 60
  monitoring_role_arn                 = aws_iam_role.monitoring.arn
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_iam_role" "monitoring" {
  name        = "${local.full_name}-monitoring"
  description = "RDS writes what the database's machine does."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:rds:${var.region}:${var.account_id}:db:${local.full_name}" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "monitoring" {
  name = "writes-metrics"
  role = aws_iam_role.monitoring.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WritesMetrics"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents", "logs:PutRetentionPolicy"]
      Resource = ["arn:aws:logs:${var.region}:${var.account_id}:log-group:RDSOSMetrics", "arn:aws:logs:${var.region}:${var.account_id}:log-group:RDSOSMetrics:log-stream:*"] # One stream a machine.
    }]
  })
}
