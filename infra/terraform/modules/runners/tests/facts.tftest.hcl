# What holds for every set of runners. Plans only; the provider is a stand-in.

mock_provider "aws" {}

variables {
  account_id     = "123456789012"
  region         = "eu-central-1"
  connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/0a-0b"
  repository     = "octo-org/plinth"
  network = {
    vpc_id                  = "vpc-0c"
    private_subnet_ids      = ["subnet-0d", "subnet-0e"]
    private_route_table_ids = ["rtb-0f", "rtb-10"]
    public_subnet_ids       = ["subnet-11", "subnet-12"]
  }
}

run "example" {
  command = plan

  module {
    source = "./tests/example"
  }
}

run "codebuild_runs_named_workflows_inside_the_network" {
  command = plan

  assert {
    condition = toset([for filter in one(aws_codebuild_webhook.runners[0].filter_group).filter : "${filter.type} ${filter.pattern}"]) == toset([
      "EVENT WORKFLOW_JOB_QUEUED", "WORKFLOW_NAME ^(deploy|drift|judge|promote|retrain)$",
    ])
    error_message = "Jobs of these workflows get a machine, and others none."
  }
  assert {
    condition     = aws_codebuild_project.runners[0].vpc_config[0].subnets == toset(["subnet-0d", "subnet-0e"])
    error_message = "Machines must be in the private subnets."
  }
  assert {
    condition     = one(aws_codebuild_project.runners[0].file_system_locations).mount_point == "/plinth"
    error_message = "Each machine has the folders."
  }
  assert {
    condition     = aws_efs_file_system.folders.encrypted && length(aws_efs_mount_target.folders) == 2
    error_message = "The folders must be encrypted, and reached from both zones."
  }
}

run "own_runners_need_no_codebuild" {
  command = plan

  variables {
    connection_arn = ""
    hosting        = "own"
  }

  assert {
    condition     = length(aws_codebuild_project.runners) == 0 && length(aws_codebuild_webhook.runners) == 0 && length(aws_iam_role.runner) == 0
    error_message = "A team's own runners need nothing of CodeBuild."
  }
  assert {
    condition     = output.label == ""
    error_message = "There is no label of CodeBuild's."
  }
}
