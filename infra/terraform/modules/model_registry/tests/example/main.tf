module "model_registry" {
  source = "../.."

  account_id           = "123456789012"
  region               = "eu-central-1"
  certificate_arn      = "arn:aws:acm:eu-central-1:123456789012:certificate/0f0e-11"
  clients              = { runners = "sg-0a" }
  domain_name          = "mlflow.plinth.example"
  image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/plinth/training@sha256:${join("", [for _ in range(8) : "0123abcd"])}"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/plinth/training"
  log_bucket           = "plinth-123456789012-logs"

  artifacts = {
    bucket     = "plinth-123456789012-mlflow"
    bucket_arn = "arn:aws:s3:::plinth-123456789012-mlflow"
    key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/0b"
  }
  network = {
    vpc_id                     = "vpc-0c"
    private_subnet_ids         = ["subnet-0d", "subnet-0e"]
    endpoint_security_group_id = "sg-0f"
    s3_prefix_list_id          = "pl-10"
  }
}
