# What staging is. The first part is the account's own: put yours in, by a pull request. None of it is a secret; the secret that is named
# has no value here. Optional, where there are such: hosted_zone_id, alarm_emails, prediction_shipper, permissions_boundary_arn.
account_id          = "123456789012"
api_keys_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:plinth/staging/api-keys-AbCdEf"
certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
domain_name         = "staging.plinth.example"

environment         = "staging"
region              = "eu-central-1"
zones               = ["eu-central-1a", "eu-central-1b"]
cidr_block          = "10.20.0.0/16"
owner               = "ml-platform"
cost_center         = "plinth-staging"
deletion_protection = false
log_days            = 30
prediction_days     = 180
rate_limit          = 3000

scaling = {
  minimum = 2
  maximum = 4
}

task = {
  cpu    = 1024
  memory = 2048
}
