module "backups" {
  source = "../.."

  account_id    = "123456789012"
  resource_arns = ["arn:aws:rds:eu-central-1:123456789012:db:plinth-registry"]
  topic_arn     = "arn:aws:sns:eu-central-1:123456789012:plinth-alerts"
}
