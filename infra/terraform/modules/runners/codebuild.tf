# A job that asks for `codebuild-NAME-RUN-ATTEMPT` gets a machine. A job's rights in AWS come from its own token (module identity), so the
# machine's role can start it, and nothing else.

resource "aws_iam_role" "runner" {
  count = local.codebuild

  name        = local.full_name
  description = "CodeBuild starts a runner: its network, its log, its registration at GitHub."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ThisProjectOnly"
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:codebuild:${var.region}:${var.account_id}:project/${local.full_name}" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "runner" {
  # checkov:skip=CKV_AWS_290:A network interface has no number before it is made; the permission that uses one is bound to these subnets.
  # checkov:skip=CKV_AWS_355:AWS gives the describing actions no resource.
  count = local.codebuild

  name = "starts-a-runner"
  role = aws_iam_role.runner[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WritesItsLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.runners.arn}:*" # Its streams.
      },
      {
        Sid      = "RegistersAtGitHub"
        Effect   = "Allow"
        Action   = ["codeconnections:GetConnection", "codeconnections:GetConnectionToken"]
        Resource = var.connection_arn
      },
      {
        Sid    = "LooksAtTheNetwork"
        Effect = "Allow"
        Action = [
          "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
        ]
        Resource = "*" # AWS gives these actions no resource.
      },
      {
        Sid      = "JoinsTheNetwork"
        Effect   = "Allow"
        Action   = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"]
        Resource = "*" # An interface has no number before it is made, and CodeBuild doesn't tag it.
      },
      {
        Sid      = "UsesTheseSubnets"
        Effect   = "Allow"
        Action   = ["ec2:CreateNetworkInterfacePermission"]
        Resource = "arn:aws:ec2:${var.region}:${var.account_id}:network-interface/*" # The condition names the subnets.
        Condition = {
          StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" }
          ArnEquals    = { "ec2:Subnet" = [for subnet in var.network.private_subnet_ids : "arn:aws:ec2:${var.region}:${var.account_id}:subnet/${subnet}"] }
        }
      },
    ]
  })
}

resource "aws_codebuild_project" "runners" {
  # checkov:skip=CKV_AWS_316:CodeBuild mounts a file system in a privileged container only.
  # checkov:skip=CKV_AWS_314:The log group is below.
  count = local.codebuild

  name           = local.full_name
  description    = "Runs GitHub's jobs of ${var.repository}."
  service_role   = aws_iam_role.runner[0].arn
  build_timeout  = var.job_minutes
  queued_timeout = 60
  encryption_key = aws_kms_key.runners.arn
  tags           = var.tags

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = var.machine
    image           = var.image
    privileged_mode = true

    # Jobs find their records, models and keys in the folders, which outlive the machine.
    dynamic "environment_variable" {
      for_each = local.places

      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  source {
    type            = "GITHUB"
    location        = "https://github.com/${var.repository}.git"
    git_clone_depth = 1

    auth {
      type     = "CODECONNECTIONS"
      resource = var.connection_arn
    }
  }

  vpc_config {
    vpc_id             = var.network.vpc_id
    subnets            = var.network.private_subnet_ids
    security_group_ids = [aws_security_group.runners.id]
  }

  file_system_locations {
    type          = "EFS"
    identifier    = "plinth"
    location      = "${aws_efs_file_system.folders.dns_name}:/"
    mount_point   = "/plinth"
    mount_options = "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2"
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.runners.name
    }
  }

  depends_on = [aws_iam_role_policy.runner, aws_efs_mount_target.folders, aws_route.way_out]
}

resource "aws_codebuild_webhook" "runners" {
  count = local.codebuild

  project_name = aws_codebuild_project.runners[0].name
  build_type   = "BUILD"

  filter_group {
    filter {
      type    = "EVENT"
      pattern = "WORKFLOW_JOB_QUEUED"
    }
    filter {
      type    = "WORKFLOW_NAME"
      pattern = "^(${join("|", sort(var.workflow_names))})$"
    }
  }
}
