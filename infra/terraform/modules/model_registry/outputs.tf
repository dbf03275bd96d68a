output "database_arn" {
  description = "ARN of the database, for a backup plan."
  value       = aws_db_instance.registry.arn
}

output "execution_role_arn" {
  description = "Role that pulls MLflow's image."
  value       = aws_iam_role.execution.arn
}

output "url" {
  description = "Where clients in the network reach MLflow."
  value       = "https://${var.domain_name}"
}
