# The most that anything of ours may do, whatever else is attached to it. What is no part of these boundaries can't be given by a deploy.

locals {
  permanent = [
    {
      # What holds the rest: nobody but the account's owner changes who may be whom.
      Sid    = "IdentityIsTheOwners"
      Effect = "Deny"
      Action = [
        "iam:*AccessKey*",
        "iam:*LoginProfile",
        "iam:*OpenIDConnectProvider*",
        "iam:*SAMLProvider*",
        "iam:*User",
        "iam:DeleteRolePermissionsBoundary",
        "organizations:*",
        "account:*",
      ]
      Resource = "*" # A Deny is widest where it names everything.
    },
    {
      Sid    = "JobsAndBoundariesAreTheOwners"
      Effect = "Deny"
      Action = [
        "iam:Attach*", "iam:Create*", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Update*",
      ]
      Resource = concat(
        [for end, _ in local.ends : "${local.account}:role/${var.name}-${end}"],
        ["${local.account}:policy/${var.name}-jobs", "${local.account}:policy/${var.name}-tasks"],
      )
    },
  ]
}

resource "aws_iam_policy" "boundary" {
  # checkov:skip=CKV_AWS_286:A boundary gives nothing; it takes the escalation away, by the two Denys.
  # checkov:skip=CKV_AWS_287:A boundary gives nothing; each role's own policy says which secrets it reads.
  # checkov:skip=CKV_AWS_288:A boundary gives nothing.
  # checkov:skip=CKV_AWS_289:A boundary gives nothing; it takes the management of identities away.
  # checkov:skip=CKV_AWS_290:A boundary gives nothing.
  # checkov:skip=CKV_AWS_355:A boundary gives nothing.
  # checkov:skip=CKV_AWS_62:A boundary gives nothing.
  # checkov:skip=CKV_AWS_63:A boundary gives nothing.
  # checkov:skip=CKV2_AWS_40:A boundary gives nothing; each role's own policy says which roles it makes.
  name        = "${var.name}-jobs"
  description = "The most that a job of GitHub's may do in this account."
  tags        = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.permanent, [{
      Sid    = "ServicesOfThePlan"
      Effect = "Allow"
      Action = [
        "application-autoscaling:*", "backup:Describe*", "backup:Get*", "backup:List*", "budgets:Describe*", "budgets:List*", "budgets:View*",
        "cloudwatch:*", "codebuild:BatchGet*", "codebuild:List*", "ec2:*", "ecr:*", "ecs:*", "elasticfilesystem:Describe*",
        "elasticfilesystem:List*", "elasticloadbalancing:*", "iam:*", "kms:*", "logs:*", "rds:Describe*", "rds:List*", "route53:ChangeResourceRecordSets", "route53:Get*",
        "route53:List*", "s3:*", "secretsmanager:Describe*", "secretsmanager:GetResourcePolicy", "secretsmanager:GetSecretValue",
        "secretsmanager:List*", "sns:*", "sts:GetCallerIdentity", "tag:Get*", "wafv2:*", "acm:Describe*", "acm:List*",
      ]
      Resource = "*" # A boundary names services; each role's own policy names the things.
    }])
  })
}

# Roles that a deploy makes must carry this one, so that no deploy gives away more than it has.
resource "aws_iam_policy" "task_boundary" {
  # checkov:skip=CKV_AWS_288:A boundary gives nothing.
  # checkov:skip=CKV_AWS_287:A boundary gives nothing.
  # checkov:skip=CKV_AWS_290:A boundary gives nothing.
  # checkov:skip=CKV_AWS_355:A boundary gives nothing.
  name        = "${var.name}-tasks"
  description = "The most that a task or a service of an environment may do in this account."
  tags        = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "WhatATaskNeeds"
      Effect = "Allow"
      Action = [
        "cloudwatch:PutMetricData",
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
        "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*",
        "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents",
        "s3:AbortMultipartUpload", "s3:GetObject", "s3:ListBucket", "s3:PutObject",
        "secretsmanager:GetSecretValue",
      ]
      Resource = "*" # A boundary names actions; each role's own policy names the things.
    }]
  })
}
