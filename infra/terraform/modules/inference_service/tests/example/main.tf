module "inference_service" {
  source = "../../../inference_service"

  name                = "plinth-staging"
  account_id          = "123456789012"
  region              = "eu-central-1"
  environment         = "staging"
  domain_name         = "staging.plinth.example"
  certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  api_keys_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:plinth/staging/api-keys-AbCdEf"
  payload             = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  image               = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/inference@sha256:1111111111111111111111111111111111111111111111111111111111111111"

  # The outputs of the module network; or those of a network that is there already.
  network = {
    vpc_id                     = "vpc-0123456789abcdef0"
    public_subnet_ids          = ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"]
    private_subnet_ids         = ["subnet-0123456789abcdef3", "subnet-0123456789abcdef4"]
    endpoint_security_group_id = "sg-0123456789abcdef0"
    s3_prefix_list_id          = "pl-0123456789abcdef0"
  }

  scaling = {
    minimum = 2
    maximum = 6
  }
}

output "service_name" {
  description = "The ECS service."
  value       = module.inference_service.service_name
}
