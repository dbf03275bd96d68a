# What an account has once: registry, storage, MLflow, identity, runners. Both environments stand on it, so that production runs the very
# image that staging verified. People apply it, with their own sign-in; no workflow can.

provider "aws" {
  region = var.region
  # Credentials of another account end here, before anything is read or made.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      "plinth:environment" = "shared"
      "plinth:root"        = "foundation"
      "plinth:owner"       = var.owner
      "plinth:cost-center" = var.cost_center
    }
  }
}

locals {
  name    = "plinth"
  account = "arn:aws:iam::${var.account_id}"
  # Roles are named before they are made, so that modules that name each other's roles don't wait for each other.
  pullers = concat(
    ["${local.account}:role/${local.name}-registry-execution"],
    [for environment in var.environments : "${local.account}:role/${local.name}-${environment}-execution"],
  )
}

module "network" {
  source = "../modules/network"

  name                = "${local.name}-foundation"
  cidr_block          = var.cidr_block
  zones               = var.zones
  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"]
  gateway_endpoints   = ["s3"]
  flow_log_days       = var.log_days
}

module "identity" {
  source = "../modules/identity"

  name             = local.name
  account_id       = var.account_id
  region           = var.region
  branch           = var.branch
  environments     = var.environments
  hosted_zone_arns = var.hosted_zone_arns
  repository       = var.repository
  repository_id    = var.repository_id
  state_bucket     = var.state_bucket
  subject          = var.subject
  stores = {
    photos_arn  = module.artifact_storage.bucket_arns["photos"]
    records_arn = module.artifact_storage.bucket_arns["records"]
    key_arn     = module.artifact_storage.key_arn
  }
}

module "image_registry" {
  source = "../modules/image_registry"

  name        = local.name
  account_id  = var.account_id
  puller_arns = local.pullers
  pusher_arns = ["${local.account}:role/${local.name}-build"]
}

module "artifact_storage" {
  source = "../modules/artifact_storage"

  name             = local.name
  account_id       = var.account_id
  region           = var.region
  log_days         = var.log_days
  protected        = var.protected
  record_days      = var.records.days
  record_lock_mode = var.records.lock_mode
}

module "runners" {
  source = "../modules/runners"

  name           = local.name
  account_id     = var.account_id
  region         = var.region
  hosting        = var.runners
  connection_arn = var.connection_arn
  log_days       = var.log_days
  network        = module.network
  repository     = var.repository
  tracking_uri   = "https://${var.registry.domain_name}"
}

module "model_registry" {
  source = "../modules/model_registry"

  name                 = local.name
  account_id           = var.account_id
  region               = var.region
  backup_days          = var.registry.backup_days
  certificate_arn      = var.registry.certificate_arn
  clients              = { runners = module.runners.security_group_id }
  database             = var.registry.database
  domain_name          = var.registry.domain_name
  image                = var.registry.image
  image_repository_arn = module.image_registry.repository_arns["training"]
  log_bucket           = module.artifact_storage.log_bucket
  log_days             = var.log_days
  network              = module.network
  protected            = var.protected
  artifacts = {
    bucket     = module.artifact_storage.bucket_names["mlflow"]
    bucket_arn = module.artifact_storage.bucket_arns["mlflow"]
    key_arn    = module.artifact_storage.key_arn
  }
}

module "backups" {
  source = "../modules/backups"

  name          = local.name
  account_id    = var.account_id
  resource_arns = var.copies ? [module.model_registry.database_arn, module.runners.file_system_arn] : []
  topic_arn     = aws_sns_topic.alerts.arn
}
