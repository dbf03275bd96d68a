module "identity" {
  source = "../.."

  account_id    = "123456789012"
  region        = "eu-central-1"
  repository    = "octo-org/plinth"
  repository_id = "456789"
  state_bucket  = "plinth-123456789012-state"
  subject       = "repo:octo-org@123456/plinth@456789"

  stores = {
    photos_arn  = "arn:aws:s3:::plinth-123456789012-photos"
    records_arn = "arn:aws:s3:::plinth-123456789012-records"
    key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/0b"
  }
}
