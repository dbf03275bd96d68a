module "network" {
  source = "../../../network"

  name                = "plinth-staging"
  cidr_block          = "10.20.0.0/16"
  zones               = ["eu-central-1a", "eu-central-1b"]
  gateway_endpoints   = ["s3"]
  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"]
}

output "private_subnet_ids" {
  description = "Where tasks run."
  value       = module.network.private_subnet_ids
}
