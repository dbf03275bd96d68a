# Who asked for what: access logs of the buckets and of the internal load balancer.

resource "aws_s3_bucket" "logs" {
  # checkov:skip=CKV_AWS_144:Logs of a lost region are of no use without the region.
  # checkov:skip=CKV_AWS_145:S3 and load balancers deliver their logs to buckets with Amazon's own key only.
  # checkov:skip=CKV_AWS_18:A bucket that logs to itself never ends.
  # checkov:skip=CKV2_AWS_62:Nothing acts on a log line.
  bucket = local.names["logs"]
  # Looking at the stores writes logs: unless they may go with it, this bucket is never empty.
  force_destroy = !var.protected
  tags          = merge(var.tags, { Name = local.names["logs"] })
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([for store in sort(local.stores) : {
      Sid       = "Store${title(store)}Delivers"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "arn:aws:s3:::${local.names["logs"]}/s3/${store}/*" # The bucket, and what is in it.
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:s3:::${local.names[store]}" }
      }
      }], [
      {
        Sid       = "TLSOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::${local.names["logs"]}", "arn:aws:s3:::${local.names["logs"]}/*"] # The bucket, and what is in it.
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "LoadBalancersDeliver"
        Effect    = "Allow"
        Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::${local.names["logs"]}/alb/AWSLogs/${var.account_id}/*" # The bucket, and what is in it.
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id }
          # A load balancer's ARN ends in characters that Amazon draws.
          ArnLike = { "aws:SourceArn" = "arn:aws:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/app/${var.name}-*" }
        }
      },
    ])
  })

  depends_on = [aws_s3_bucket_public_access_block.logs]
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "old-logs"
    status = "Enabled"
    filter {}
    expiration {
      days = var.log_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.logs]
}
