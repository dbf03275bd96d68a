# What each role may do. A role's policies are split where AWS's limit of 6144 characters asks for it.

locals {
  state_objects = "arn:aws:s3:::${var.state_bucket}"
  images        = "arn:aws:ecr:${var.region}:${var.account_id}:repository/${var.name}/*" # The services' repositories, all of them.

  read_state = [
    {
      Sid      = "FindsTheState"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = local.state_objects
    },
    {
      Sid    = "ReadsTheState"
      Effect = "Allow"
      Action = ["s3:GetObject"]
      Resource = concat(
        ["${local.state_objects}/foundation.tfstate"],
        [for environment in sort(var.environments) : "${local.state_objects}/environments/${environment}.tfstate"],
      )
    },
    {
      Sid       = "DecryptsTheState"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = "arn:aws:kms:${var.region}:${var.account_id}:key/*" # The alias below names the key; its number is drawn by AWS.
      Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.name}-state" } }
    },
  ]

  # Reading what Terraform compares. No object, no secret's value, no log line and no image is among it.
  look = [
    {
      Sid    = "LooksAtWhatTerraformKeeps"
      Effect = "Allow"
      Action = [
        "acm:DescribeCertificate", "acm:ListTagsForCertificate",
        "application-autoscaling:Describe*", "application-autoscaling:ListTagsForResource",
        "backup:Describe*", "backup:GetBackupPlan", "backup:GetBackupSelection", "backup:GetBackupVaultAccessPolicy", "backup:ListTags",
        "budgets:ViewBudget", "budgets:ListTagsForResource",
        "cloudwatch:Describe*", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource",
        "codebuild:BatchGetProjects",
        "ec2:Describe*", "ec2:GetSecurityGroupsForVpc",
        "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource",
        "ecs:Describe*", "ecs:List*",
        "elasticfilesystem:Describe*", "elasticfilesystem:ListTagsForResource",
        "elasticloadbalancing:Describe*",
        "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListPolicyTags", "iam:ListPolicyVersions",
        "iam:ListRolePolicies", "iam:ListRoleTags",
        "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags",
        "logs:DescribeLogGroups", "logs:DescribeMetricFilters", "logs:DescribeResourcePolicies", "logs:ListTagsForResource",
        "rds:Describe*", "rds:ListTagsForResource",
        "route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource",
        "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy",
        "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource",
        "wafv2:GetLoggingConfiguration", "wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:ListTagsForResource",
      ]
      Resource = "*" # Most of these know no resource; all of them read settings, never content.
    },
    {
      Sid      = "SeesThatBucketsAreThere"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = "arn:aws:s3:::${var.name}-*" # Our buckets: AWS lets nobody ask whether one is there by less.
    },
  ]

  permissions = merge(
    {
      for end in ["drift", "look", "plan"] : end => {
        end         = end
        description = "Looks: reads settings and state, changes nothing, and can't lock (-lock=false)."
        statements  = concat(local.read_state, local.look)
      }
    },
    {
      build = {
        end         = "build"
        description = "Pushes images, reads what their scan found, and signs their records."
        statements = [
          {
            Sid      = "LogsInToTheRegistry"
            Effect   = "Allow"
            Action   = ["ecr:GetAuthorizationToken"]
            Resource = "*" # AWS gives this action no resource.
          },
          {
            Sid    = "PushesImages"
            Effect = "Allow"
            Action = [
              "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
              "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
            ]
            Resource = local.images
          },
        ]
      }
      retrain = {
        end         = "retrain"
        description = "Trains on main's photos, and signs models and gate reports."
        statements = [
          {
            Sid      = "FindsPhotosAndRecords"
            Effect   = "Allow"
            Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
            Resource = [var.stores.photos_arn, var.stores.records_arn]
          },
          {
            Sid      = "ReadsPhotosAndRecords"
            Effect   = "Allow"
            Action   = ["s3:GetObject"]
            Resource = ["${var.stores.photos_arn}/*", "${var.stores.records_arn}/*"] # Whole stores: objects are named by their digests.
          },
          {
            Sid      = "AddsRecords"
            Effect   = "Allow"
            Action   = ["s3:AbortMultipartUpload", "s3:PutObject"]
            Resource = "${var.stores.records_arn}/*" # Records are named by their digests, and their versions are locked.
          },
          {
            Sid       = "EncryptsThem"
            Effect    = "Allow"
            Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
            Resource  = var.stores.key_arn
            Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
          },
        ]
      }
    },
    local.deploy_permissions,
  )
}
