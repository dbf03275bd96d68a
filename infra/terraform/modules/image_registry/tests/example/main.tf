module "image_registry" {
  source = "../.."

  account_id  = "123456789012"
  puller_arns = ["arn:aws:iam::123456789012:role/plinth-production-execution", "arn:aws:iam::123456789012:role/plinth-staging-execution"]
  pusher_arns = ["arn:aws:iam::123456789012:role/plinth-build"]
}
