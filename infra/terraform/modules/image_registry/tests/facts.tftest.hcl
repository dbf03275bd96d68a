# What holds for every registry. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id  = "123456789012"
  puller_arns = ["arn:aws:iam::123456789012:role/plinth-staging-execution"]
  pusher_arns = ["arn:aws:iam::123456789012:role/plinth-build"]
}

run "example" {
  command = plan

  module {
    source = "./tests/example"
  }
}

run "images_stay" {
  command = plan

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE"])
    error_message = "A tag must name one image for ever."
  }
  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_scanning_configuration[0].scan_on_push])
    error_message = "Each push must be scanned."
  }
  assert {
    condition     = alltrue([for policy in aws_ecr_lifecycle_policy.this : [for rule in jsondecode(policy.policy).rules : rule.selection.tagStatus] == ["untagged"]])
    error_message = "Only untagged images may expire."
  }
  assert {
    condition = alltrue([for policy in aws_ecr_repository_policy.this : alltrue([
      for statement in jsondecode(policy.policy).Statement : statement.Effect == "Deny"
    ])])
    error_message = "Within an account an Allow takes nothing from anybody."
  }
}
