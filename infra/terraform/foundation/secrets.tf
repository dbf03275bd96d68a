# Secrets have a place here and no value: somebody puts it there by hand, so that it is in no state, no variable and no plan.

locals {
  secrets = { for environment in var.environments : "${environment}/api-keys" => "Keys of the clients of ${environment}." }
}

resource "aws_kms_key" "secrets" {
  description             = "Secrets of ${local.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # The account's own policies decide who uses the key; without this nobody could ever change it again.
      Sid       = "TheAccountDecides"
      Effect    = "Allow"
      Principal = { AWS = "${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*" # In a key's policy, * is this key.
    }]
  })
}

resource "aws_kms_alias" "secrets" {
  name          = "alias/${local.name}-secrets"
  target_key_id = aws_kms_key.secrets.key_id
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV2_AWS_57:A client's key is changed by the client: no function can.
  for_each = local.secrets

  name                    = "${local.name}/${each.key}"
  description             = each.value
  kms_key_id              = aws_kms_key.secrets.arn
  recovery_window_in_days = 30
}
