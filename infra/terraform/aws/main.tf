# One environment on AWS. What an account has once (registry, storage, identity, runners) is the root foundation's.

provider "aws" {
  region = var.region
  # Credentials of another account end here, before anything is read or made.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      "plinth:environment" = var.environment
      "plinth:root"        = "aws"
      "plinth:owner"       = var.owner
      "plinth:cost-center" = var.cost_center
    }
  }
}

locals {
  name     = "plinth-${var.environment}"
  released = var.payload != ""
  registry = "${var.account_id}.dkr.ecr.${var.region}.amazonaws.com/plinth"
  image    = local.released ? "${local.registry}/inference@${jsondecode(file(var.payload_file)).image}" : null
  shipper  = var.prediction_shipper == null ? null : "${local.registry}/log-router@${var.prediction_shipper}"
}

module "network" {
  source = "../modules/network"

  name                     = local.name
  cidr_block               = var.cidr_block
  zones                    = var.zones
  interface_endpoints      = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"]
  gateway_endpoints        = ["s3"]
  flow_log_days            = var.log_days
  permissions_boundary_arn = var.permissions_boundary_arn
}

module "inference_service" {
  source = "../modules/inference_service"

  name                     = local.name
  account_id               = var.account_id
  api_keys_kms_key_arn     = var.api_keys_kms_key_arn
  api_keys_secret_arn      = var.api_keys_secret_arn
  certificate_arn          = var.certificate_arn
  client_blocks            = var.client_blocks
  deletion_protection      = var.deletion_protection
  domain_name              = var.domain_name
  environment              = var.environment
  image                    = local.image
  log_days                 = var.log_days
  network                  = module.network
  payload                  = var.payload
  permissions_boundary_arn = var.permissions_boundary_arn
  prediction_days          = var.prediction_days
  prediction_shipper       = local.shipper
  rate_limit               = var.rate_limit
  region                   = var.region
  scaling                  = var.scaling
  task                     = var.task
}

module "observability" {
  source = "../modules/observability"

  name        = local.name
  account_id  = var.account_id
  emails      = var.alarm_emails
  environment = var.environment
  models      = var.models
  region      = var.region
  released    = local.released
  thresholds  = var.thresholds

  service = {
    cluster_name             = module.inference_service.cluster_name
    firewall_name            = module.inference_service.firewall_name
    load_balancer_arn_suffix = module.inference_service.load_balancer_arn_suffix
    log_group_name           = module.inference_service.log_group_name
    service_name             = "inference"
    target_group_arn_suffix  = module.inference_service.target_group_arn_suffix
  }
}

resource "aws_route53_record" "service" {
  count = var.hosted_zone_id == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = module.inference_service.load_balancer_dns_name
    zone_id                = module.inference_service.load_balancer_zone_id
    evaluate_target_health = false
  }
}
