# What holds for every plan of copies. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id    = "123456789012"
  resource_arns = ["arn:aws:rds:eu-central-1:123456789012:db:plinth-registry"]
  topic_arn     = "arn:aws:sns:eu-central-1:123456789012:plinth-alerts"
}

run "example" {
  command = plan

  module {
    source = "./tests/example"
  }
}

run "copies_are_made_and_kept" {
  command = plan

  assert {
    condition     = one(aws_backup_plan.this.rule).schedule == "cron(0 2 * * ? *)" && one(one(aws_backup_plan.this.rule).lifecycle).delete_after == 35
    error_message = "A copy a day, kept for 35."
  }
  assert {
    condition     = aws_backup_vault_lock_configuration.this.min_retention_days == 35
    error_message = "No copy may be deleted before its time."
  }
  assert {
    condition     = aws_backup_selection.this[0].resources == toset(var.resource_arns)
    error_message = "What is named is copied."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.missing[0].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.missing[0].alarm_actions == toset([var.topic_arn])
    error_message = "A day without a copy must be told."
  }
}

run "nothing_to_copy_copies_nothing" {
  command = plan

  variables {
    resource_arns = []
  }

  assert {
    condition     = length(aws_backup_selection.this) == 0 && length(aws_iam_role.this) == 0 && length(aws_cloudwatch_metric_alarm.missing) == 0
    error_message = "Without anything to copy nothing is selected, and no role is made."
  }
}
