# What holds for every role. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
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

run "example" {
  command = plan

  module {
    source = "./tests/example"
  }
}

run "roles_are_bound" {
  command = plan

  assert {
    condition     = keys(aws_iam_role.this) == ["build", "deploy-production", "deploy-staging", "drift", "look", "plan", "retrain"]
    error_message = "These are the roles; another one needs a reason and a test."
  }
  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.permissions_boundary == "arn:aws:iam::123456789012:policy/plinth-jobs"])
    error_message = "Each role must be inside the boundary."
  }
  assert {
    condition = alltrue([for role in aws_iam_role.this : keys(jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals) == [
      for claim in ["aud", "environment", "repository_id", "sub"] : "token.actions.githubusercontent.com:${claim}"
    ]])
    error_message = "Each role must be bound to audience, environment, repository and subject."
  }
  assert {
    condition = alltrue([for role in aws_iam_role.this : keys(jsondecode(role.assume_role_policy).Statement[0].Condition.StringLike) == [
      for claim in ["job_workflow_ref", "ref"] : "token.actions.githubusercontent.com:${claim}"
    ]])
    error_message = "Each role must be bound to a workflow's file and a ref."
  }
  assert {
    condition = alltrue([for end, role in aws_iam_role.this : end == "plan" || !anytrue([
      for pattern in values(jsondecode(role.assume_role_policy).Statement[0].Condition.StringLike) : can(regex("[*?]", pattern))
    ])])
    error_message = "Only the plan role's ref may be a pattern."
  }
}

run "planning_changes_nothing" {
  command = plan

  assert {
    condition = alltrue([for part, policy in aws_iam_policy.this : !contains(["drift", "look", "plan"], part) || alltrue(flatten([
      for statement in jsondecode(policy.policy).Statement : [
        for action in statement.Action : can(regex("^[a-z0-9-]+:(Batch)?(Decrypt|Describe|Get|List|View)", action))
      ]
    ]))])
    error_message = "A plan reads."
  }
  assert {
    condition = alltrue([for part in ["drift", "look", "plan"] : !anytrue(flatten([
      for statement in jsondecode(aws_iam_policy.this[part].policy).Statement : [
        for action in statement.Action : contains(["secretsmanager:GetSecretValue", "logs:GetLogEvents", "ecr:BatchGetImage", "s3:*"], action)
      ]
    ]))])
    error_message = "A plan reads settings, never content."
  }
}
