output "bucket_arns" {
  description = "ARN of each store: mlflow, photos, records."
  value       = { for store in local.stores : store => aws_s3_bucket.store[store].arn }
}

output "bucket_names" {
  description = "Name of each store: mlflow, photos, records."
  value       = { for store in local.stores : store => aws_s3_bucket.store[store].id }
}

output "key_arn" {
  description = "The key that encrypts the stores."
  value       = aws_kms_key.artifacts.arn
}

output "log_bucket" {
  description = "Name of the bucket of access logs: load balancers deliver under alb/."
  value       = aws_s3_bucket.logs.id

  # Whoever is told the name may have logs delivered: the policy that allows it must stand by then.
  depends_on = [aws_s3_bucket_policy.logs]
}
