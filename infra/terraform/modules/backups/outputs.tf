output "plan_id" {
  description = "The plan of daily copies."
  value       = aws_backup_plan.this.id
}

output "vault_name" {
  description = "The vault that the copies lie in."
  value       = aws_backup_vault.this.name
}
