output "cluster_name" {
  description = "The ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "firewall_name" {
  description = "The web ACL, as its metrics are named."
  value       = aws_wafv2_web_acl.this.name
}

output "image" {
  description = "The image that runs; null where nothing is released."
  value       = var.payload == "" ? null : var.image
}

output "kms_key_arn" {
  description = "Key of the logs and of the prediction log."
  value       = aws_kms_key.this.arn
}

output "load_balancer_arn_suffix" {
  description = "The load balancer, as its metrics are named."
  value       = aws_lb.this.arn_suffix
}

output "load_balancer_dns_name" {
  description = "Name that the domain is an alias or a CNAME of."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "DNS zone of the load balancer's name, for an alias record."
  value       = aws_lb.this.zone_id
}

output "log_group_name" {
  description = "Where the service's log goes."
  value       = aws_cloudwatch_log_group.service.name
}

output "predictions_bucket" {
  description = "Where the prediction log lies, below predictions/."
  value       = aws_s3_bucket.predictions.bucket
}

output "service_name" {
  description = "The ECS service; null where nothing is released."
  value       = one(aws_ecs_service.inference[*].name)
}

output "target_group_arn_suffix" {
  description = "The target group, as its metrics are named."
  value       = aws_lb_target_group.inference.arn_suffix
}

output "task_definition_arn" {
  description = "The task definition that the service was told to run; null where nothing is released."
  value       = one(aws_ecs_task_definition.inference[*].arn)
}
