# What holds for every foundation. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id     = "123456789012"
  region         = "eu-central-1"
  alert_emails   = ["ops@plinth.example"]
  connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/0a-0b"
  owner          = "platform"
  repository     = "octo-org/plinth"
  repository_id  = "456789"
  state_bucket   = "plinth-123456789012-state"
  subject        = "repo:octo-org@123456/plinth@456789"
  zones          = ["eu-central-1a", "eu-central-1b"]
  registry = {
    domain_name     = "mlflow.plinth.example"
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0f0e-11"
  }
}

run "a_budget_and_people_who_hear_of_it" {
  command = plan

  assert {
    condition     = aws_budgets_budget.month.limit_amount == "1000" && length(aws_budgets_budget.month.notification) == 2
    error_message = "A month's cost must be watched, as spent and as forecast."
  }
  assert {
    condition     = keys(aws_sns_topic_subscription.alerts) == ["ops@plinth.example"]
    error_message = "Somebody must hear of it."
  }
}

run "secrets_have_a_place_and_no_value" {
  command = plan

  assert {
    condition     = keys(aws_secretsmanager_secret.this) == ["production/api-keys", "staging/api-keys"]
    error_message = "These are the secrets."
  }
}

run "own_runners_and_the_organisations_copies" {
  command = plan

  variables {
    connection_arn = ""
    copies         = false
    runners        = "own"
  }

  assert {
    condition     = module.runners.label == ""
    error_message = "Runners of one's own have no label of CodeBuild's."
  }
}
