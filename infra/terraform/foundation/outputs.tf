output "boundary_arns" {
  description = "Permission boundaries; an environment's `permissions_boundary_arn` is `tasks`."
  value       = module.identity.boundary_arns
}

output "bucket_names" {
  description = "Name of each store: mlflow, photos, records."
  value       = module.artifact_storage.bucket_names
}

output "registry_url" {
  description = "Where runners reach MLflow: PLINTH_TRACKING_URI."
  value       = module.model_registry.url
}

output "repository_urls" {
  description = "Address of each service's repository of images."
  value       = module.image_registry.repository_urls
}

output "role_arns" {
  description = "ARN of each role of GitHub's jobs, by what it is for: build, drift, look, plan, retrain and deploy-ENVIRONMENT."
  value       = module.identity.role_arns
}

output "runner_label" {
  description = "What `runs-on` says for a job on CodeBuild's machines; empty with runners of one's own."
  value       = module.runners.label
}

output "secrets" {
  description = "ARN of each secret's place, to be filled by hand."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}

output "secrets_key_arn" {
  description = "The key that encrypts the secrets; an environment's `api_keys_kms_key_arn`."
  value       = aws_kms_key.secrets.arn
}
