output "boundary_arns" {
  description = "Permission boundaries: that of GitHub's jobs, and that of every role that a deploy makes."
  value       = { jobs = aws_iam_policy.boundary.arn, tasks = aws_iam_policy.task_boundary.arn }
}

output "role_arns" {
  description = "ARN of each role, by what it is for: build, drift, look, plan, retrain and deploy-ENVIRONMENT."
  value       = { for end, role in aws_iam_role.this : end => role.arn }
}
