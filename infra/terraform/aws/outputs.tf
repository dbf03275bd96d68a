output "alarm_topic_arn" {
  description = "Topic that gets the environment's alarms."
  value       = module.observability.topic_arn
}

output "cluster_name" {
  description = "The ECS cluster."
  value       = module.inference_service.cluster_name
}

output "dashboard_name" {
  description = "The environment's dashboard."
  value       = module.observability.dashboard_name
}

output "environment" {
  description = "The environment that was applied."
  value       = var.environment
}

output "image" {
  description = "Digest of the image that was made to run; empty where nothing is released."
  value       = local.released ? split("@", module.inference_service.image)[1] : ""
}

output "load_balancer_dns_name" {
  description = "What the domain's record points to, where the record isn't made here."
  value       = module.inference_service.load_balancer_dns_name
}

output "payload" {
  description = "Digest of the payload that was made to run; empty where nothing is released."
  value       = var.payload
}

output "predictions_bucket" {
  description = "Where the prediction log lies."
  value       = module.inference_service.predictions_bucket
}

output "service_url" {
  description = "Where the environment answers."
  value       = "https://${var.domain_name}"
}

output "task_definition_arn" {
  description = "The task definition that the service was told to run; null where nothing is released."
  value       = module.inference_service.task_definition_arn
}
