module "observability" {
  source = "../../../observability"

  name        = "plinth-staging"
  account_id  = "123456789012"
  region      = "eu-central-1"
  environment = "staging"
  released    = true
  emails      = ["ml@plinth.example"]

  # The outputs of the module inference_service.
  service = {
    cluster_name             = "plinth-staging"
    firewall_name            = "plinth-staging"
    load_balancer_arn_suffix = "app/plinth-staging/0123456789abcdef"
    log_group_name           = "/plinth/plinth-staging/inference"
    service_name             = "inference"
    target_group_arn_suffix  = "targetgroup/plinth-staging/0123456789abcdef"
  }

  thresholds = {
    p99_seconds = 1
  }
}

output "alarm_names" {
  description = "What is watched."
  value       = module.observability.alarm_names
}
