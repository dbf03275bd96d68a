# What production is. The first part is the account's own: put yours in, by a pull request. None of it is a secret; the secret that is named
# has no value here. Optional, where there are such: hosted_zone_id, alarm_emails, prediction_shipper, permissions_boundary_arn.
account_id          = "123456789012"
api_keys_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:plinth/production/api-keys-AbCdEf"
certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
domain_name         = "plinth.example"

environment         = "production"
region              = "eu-central-1"
zones               = ["eu-central-1a", "eu-central-1b"]
cidr_block          = "10.30.0.0/16"
owner               = "ml-platform"
cost_center         = "plinth-production"
deletion_protection = true
log_days            = 365
prediction_days     = 730
rate_limit          = 3000

scaling = {
  minimum = 2
  maximum = 20
}

task = {
  cpu    = 2048
  memory = 4096
}
