output "access_point_arn" {
  description = "Access point of the folders, for runners of one's own: they mount it over TLS."
  value       = aws_efs_access_point.folders.arn
}

output "file_system_arn" {
  description = "ARN of the folders, for a backup plan."
  value       = aws_efs_file_system.folders.arn
}

output "label" {
  description = "What `runs-on` says for a job that CodeBuild runs; empty with runners of one's own."
  value       = var.hosting == "codebuild" ? "codebuild-${local.full_name}-$${{ github.run_id }}-$${{ github.run_attempt }}" : ""
}

output "security_group_id" {
  description = "Security group of the runners: whoever is to be reached by them lets it in."
  value       = aws_security_group.runners.id
}
