# The prediction log: what drift, live accuracy and every question about a past answer are measured on.

resource "aws_s3_bucket" "predictions" {
  #checkov:skip=CKV_AWS_144:The log is evidence of this region's service; what a lost region costs is written in the disaster recovery document
  #checkov:skip=CKV2_AWS_62:Nothing waits for a new object: people and `delivery trace` read the log when they ask
  bucket        = "${var.name}-predictions-${var.account_id}"
  force_destroy = !var.deletion_protection
  tags          = local.tags
}

resource "aws_s3_bucket_versioning" "predictions" {
  bucket = aws_s3_bucket.predictions.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "predictions" {
  bucket = aws_s3_bucket.predictions.id

  rule {
    # One call to the key a while instead of one an object.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "predictions" {
  bucket                  = aws_s3_bucket.predictions.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "predictions" {
  bucket = aws_s3_bucket.predictions.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_logging" "predictions" {
  bucket        = aws_s3_bucket.predictions.id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "predictions/"

  depends_on = [aws_s3_bucket_policy.access_logs]
}

resource "aws_s3_bucket_lifecycle_configuration" "predictions" {
  bucket = aws_s3_bucket.predictions.id

  rule {
    id     = "age"
    status = "Enabled"

    filter {
      prefix = "predictions/"
    }

    transition {
      days          = 90
      storage_class = "STANDARD_IA"
    }

    expiration {
      days = var.prediction_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "unfinished"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.predictions]
}

resource "aws_s3_bucket_policy" "predictions" {
  bucket = aws_s3_bucket.predictions.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.tls_only, { Resource = [aws_s3_bucket.predictions.arn, "${aws_s3_bucket.predictions.arn}/*"] })]
  })

  depends_on = [aws_s3_bucket_public_access_block.predictions]
}
