# What holds for every store. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id = "123456789012"
  region     = "eu-central-1"
}

run "example" {
  command = plan

  module {
    source = "./tests/example"
  }
}

run "stores_are_private_and_kept" {
  command = plan

  assert {
    condition = alltrue([for block in aws_s3_bucket_public_access_block.store :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "No store may be made public."
  }
  assert {
    condition     = alltrue([for store in aws_s3_bucket_versioning.store : store.versioning_configuration[0].status == "Enabled"])
    error_message = "What was replaced must be had back."
  }
  assert {
    condition     = keys(aws_s3_bucket_public_access_block.store) == keys(aws_s3_bucket.store) && keys(aws_s3_bucket_policy.store) == keys(aws_s3_bucket.store)
    error_message = "Each store needs its block and its policy."
  }
  assert {
    condition = alltrue([for policy in concat(values(aws_s3_bucket_policy.store), [aws_s3_bucket_policy.logs]) : anytrue([
      for statement in jsondecode(policy.policy).Statement :
      statement.Effect == "Deny" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false" && statement.Action == "s3:*"
    ])])
    error_message = "Plain HTTP must be refused everywhere."
  }
  assert {
    condition     = aws_s3_bucket.store["records"].object_lock_enabled && !aws_s3_bucket.store["photos"].object_lock_enabled
    error_message = "Records are locked, and nothing else is."
  }
}
