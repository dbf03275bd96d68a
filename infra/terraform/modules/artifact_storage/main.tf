# Buckets of everything that is kept by digest: photos (DVC), artifacts of runs (MLflow), records (what was signed), and the logs of who
# asked for them.

locals {
  account = "arn:aws:iam::${var.account_id}:root"
  stores  = toset(["mlflow", "photos", "records"])
  names = {
    for store in setunion(local.stores, ["logs"]) : store => "${var.name}-${var.account_id}-${store}"
  }
  # Records are never written twice: they are named by their digest. What was signed stays, whoever wants it gone.
  locked = toset(["records"])
}

resource "aws_kms_key" "artifacts" {
  description             = "Photos, artifacts and records of ${var.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # The account's own policies decide who uses the key; without this nobody could ever change it again.
      Sid       = "TheAccountDecides"
      Effect    = "Allow"
      Principal = { AWS = local.account }
      Action    = "kms:*"
      Resource  = "*" # In a key's policy, * is this key.
    }]
  })
}

resource "aws_kms_alias" "artifacts" {
  name          = "alias/${var.name}-artifacts"
  target_key_id = aws_kms_key.artifacts.key_id
}

resource "aws_s3_bucket" "store" {
  # checkov:skip=CKV_AWS_144:A second region is a decision of its own, with a price; docs/aws/disaster-recovery.md says what a lost region costs.
  # checkov:skip=CKV2_AWS_62:Nothing acts on a new object: releases are merges, never events of a bucket.
  for_each = local.stores

  bucket              = local.names[each.key]
  object_lock_enabled = contains(local.locked, each.key)
  tags                = merge(var.tags, { Name = local.names[each.key] })
}

resource "aws_s3_bucket_versioning" "store" {
  for_each = local.stores

  bucket = aws_s3_bucket.store[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "store" {
  for_each = local.stores

  bucket = aws_s3_bucket.store[each.key].id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.artifacts.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "store" {
  for_each = local.stores

  bucket                  = aws_s3_bucket.store[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "store" {
  for_each = local.stores

  bucket = aws_s3_bucket.store[each.key].id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "store" {
  for_each = local.stores

  bucket = aws_s3_bucket.store[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TLSOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::${local.names[each.key]}", "arn:aws:s3:::${local.names[each.key]}/*"] # The bucket, and what is in it.
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "ThisAccountOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::${local.names[each.key]}", "arn:aws:s3:::${local.names[each.key]}/*"] # The bucket, and what is in it.
        Condition = {
          StringNotEquals = { "aws:PrincipalAccount" = var.account_id }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.store]
}

resource "aws_s3_bucket_lifecycle_configuration" "store" {
  for_each = local.stores

  bucket = aws_s3_bucket.store[each.key].id
  rule {
    id     = "versions-that-were-replaced"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = var.replaced_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
  rule {
    id     = "what-is-seldom-read"
    status = "Enabled"
    filter {}
    transition {
      days          = 90
      storage_class = "STANDARD_IA"
    }
  }

  depends_on = [aws_s3_bucket_versioning.store]
}

resource "aws_s3_bucket_object_lock_configuration" "records" {
  bucket = aws_s3_bucket.store["records"].id
  rule {
    default_retention {
      mode = var.record_lock_mode
      days = var.record_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.store]
}

resource "aws_s3_bucket_logging" "store" {
  for_each = local.stores

  bucket        = aws_s3_bucket.store[each.key].id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "s3/${each.key}/"

  depends_on = [aws_s3_bucket_policy.logs]
}
