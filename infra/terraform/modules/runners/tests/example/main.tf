module "runners" {
  source = "../.."

  account_id     = "123456789012"
  region         = "eu-central-1"
  connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/0a-0b"
  repository     = "octo-org/plinth"

  network = {
    vpc_id                  = "vpc-0c"
    private_subnet_ids      = ["subnet-0d", "subnet-0e"]
    private_route_table_ids = ["rtb-0f", "rtb-10"]
    public_subnet_ids       = ["subnet-11", "subnet-12"]
  }
}
