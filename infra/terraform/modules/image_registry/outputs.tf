output "key_arn" {
  description = "The key that encrypts the images."
  value       = aws_kms_key.images.arn
}

output "repository_arns" {
  description = "ARN of each service's repository."
  value       = { for service, repository in aws_ecr_repository.this : service => repository.arn }
}

output "repository_urls" {
  description = "Address of each service's repository: an image is this, @ and its digest."
  value       = { for service, repository in aws_ecr_repository.this : service => repository.repository_url }
}
