output "environment" {
  description = "The environment that was applied."
  value       = var.environment
}

output "payload" {
  description = "Digest of the payload that was made to run; empty where nothing is released."
  value       = one(terraform_data.service[*].output) == null ? "" : one(terraform_data.service[*].output)
}

output "port" {
  description = "The port that was asked for; 0 is the host's own choice, which `delivery local observe` names."
  value       = var.port
}
