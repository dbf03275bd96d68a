# What an environment's deploy may do: with what is named or tagged as its own, and with nothing of the other environment.

locals {
  deploy_permissions = merge([
    for environment in var.environments : {
      for part, statements in {
        network  = local.deploy_network[environment]
        service  = local.deploy_service[environment]
        storage  = local.deploy_storage[environment]
        identity = local.deploy_identity[environment]
        look     = local.look
        } : "deploy-${environment}-${part}" => {
        end         = "deploy-${environment}"
        description = "What a deploy of ${environment} may do: ${part}."
        statements  = statements
      }
    }
  ]...)

  deploy_network = { for environment in var.environments : environment => [
    {
      Sid    = "MakesWhatItTagsAsItsOwn"
      Effect = "Allow"
      Action = [
        "ec2:AllocateAddress", "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
      ]
      # AWS draws their numbers; the tag in the request says whose they become.
      Resource = [for kind in [
        "elastic-ip", "internet-gateway", "route-table", "security-group", "subnet", "vpc", "vpc-endpoint", "vpc-flow-log",
      ] : "arn:aws:ec2:${var.region}:${var.account_id}:${kind}/*"]
      Condition = { StringEquals = { "aws:RequestTag/plinth:environment" = environment } }
    },
    {
      Sid    = "ChangesWhatIsTaggedAsItsOwn"
      Effect = "Allow"
      Action = [
        "ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:AuthorizeSecurityGroup*", "ec2:CreateFlowLogs", "ec2:CreateRoute",
        "ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateVpcEndpoint", "ec2:DeleteFlowLogs",
        "ec2:DeleteInternetGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable", "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet",
        "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway", "ec2:DisassociateRouteTable",
        "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
        "ec2:ReleaseAddress", "ec2:RevokeSecurityGroup*", "ec2:UpdateSecurityGroupRuleDescriptions*",
      ]
      Resource  = "arn:aws:ec2:${var.region}:${var.account_id}:*/*" # AWS draws their numbers; the tag says whose they are.
      Condition = { StringEquals = { "aws:ResourceTag/plinth:environment" = environment } }
    },
    {
      Sid       = "TagsWhatItMakes"
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = "arn:aws:ec2:${var.region}:${var.account_id}:*/*" # Only in the call that makes the thing.
      Condition = { StringLike = { "ec2:CreateAction" = ["Allocate*", "AuthorizeSecurityGroup*", "Create*"] } }
    },
  ] }

  deploy_service = { for environment in var.environments : environment => [
    {
      Sid    = "RunsItsService"
      Effect = "Allow"
      Action = [
        "ecs:CreateCluster", "ecs:CreateService", "ecs:DeleteCluster", "ecs:DeleteService", "ecs:DeregisterTaskDefinition",
        "ecs:PutClusterCapacityProviders", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCluster", "ecs:UpdateClusterSettings",
        "ecs:UpdateService", "ecs:RegisterTaskDefinition",
      ]
      Resource = [
        "arn:aws:ecs:${var.region}:${var.account_id}:cluster/${var.name}-${environment}",
        "arn:aws:ecs:${var.region}:${var.account_id}:service/${var.name}-${environment}/*",
        "arn:aws:ecs:${var.region}:${var.account_id}:task-definition/${var.name}-${environment}-*:*",
      ]
    },
    {
      Sid      = "LeavesTaskDefinitions"
      Effect   = "Allow"
      Action   = ["ecs:DeregisterTaskDefinition"]
      Resource = "*" # AWS gives this action no resource.
    },
    {
      Sid    = "BalancesItsLoad"
      Effect = "Allow"
      Action = ["elasticloadbalancing:*"]
      # The characters after the name are AWS's.
      Resource = [for kind in [
        "listener/app", "listener-rule/app", "loadbalancer/app", "targetgroup",
      ] : "arn:aws:elasticloadbalancing:${var.region}:${var.account_id}:${kind}/${var.name}-${environment}*"]
    },
    {
      Sid    = "GuardsItsDoor"
      Effect = "Allow"
      Action = ["wafv2:*"]
      Resource = [
        "arn:aws:wafv2:${var.region}:${var.account_id}:regional/*/${var.name}-${environment}*/*", # AWS draws their numbers.
        "arn:aws:wafv2:${var.region}:*:regional/managedruleset/*/*",                              # Amazon's own rules.
        "arn:aws:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/app/${var.name}-${environment}*",
      ]
    },
    {
      Sid       = "ScalesItsService"
      Effect    = "Allow"
      Action    = ["application-autoscaling:*"]
      Resource  = "arn:aws:application-autoscaling:${var.region}:${var.account_id}:scalable-target/*" # AWS draws their numbers.
      Condition = { StringEqualsIfExists = { "application-autoscaling:service-namespace" = "ecs", "aws:ResourceTag/plinth:environment" = environment } }
    },
    {
      Sid      = "NamesItself"
      Effect   = "Allow"
      Action   = ["route53:ChangeResourceRecordSets", "route53:GetChange"]
      Resource = concat(["arn:aws:route53:::change/*"], var.hosted_zone_arns) # A change has a number once it is made.
    },
    {
      Sid    = "WatchesIt"
      Effect = "Allow"
      Action = [
        "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource", "cloudwatch:UntagResource", "sns:*",
      ]
      Resource = [
        "arn:aws:cloudwatch:${var.region}:${var.account_id}:alarm:${var.name}-${environment}*",
        "arn:aws:cloudwatch::${var.account_id}:dashboard/${var.name}-${environment}*",
        "arn:aws:sns:${var.region}:${var.account_id}:${var.name}-${environment}*",
      ]
    },
  ] }

  deploy_storage = { for environment in var.environments : environment => [
    {
      Sid    = "KeepsItsState"
      Effect = "Allow"
      Action = ["s3:GetObject", "s3:PutObject"]
      Resource = [
        "${local.state_objects}/environments/${environment}.tfstate",
        "${local.state_objects}/environments/${environment}.tfstate.tflock",
      ]
    },
    {
      # A state is never deleted; its lock is, when the apply is over.
      Sid      = "TakesItsLockAway"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject"]
      Resource = "${local.state_objects}/environments/${environment}.tfstate.tflock"
    },
    {
      Sid      = "FindsTheState"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = local.state_objects
    },
    {
      Sid       = "EncryptsTheState"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = "arn:aws:kms:${var.region}:${var.account_id}:key/*" # The alias names the key; its number is drawn by AWS.
      Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${var.name}-state" } }
    },
    {
      # Settings of its buckets, and no object in them: what was predicted is nobody's to read or delete in a deploy.
      Sid    = "MakesItsBuckets"
      Effect = "Allow"
      Action = [
        "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucket*", "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ]
      Resource = "arn:aws:s3:::${var.name}-${environment}-*" # Buckets of this environment.
    },
    {
      Sid       = "MakesKeys"
      Effect    = "Allow"
      Action    = ["kms:CreateKey", "kms:TagResource"]
      Resource  = "*" # A key has no number before it is made; the tag says whose it becomes.
      Condition = { StringEquals = { "aws:RequestTag/plinth:environment" = environment } }
    },
    {
      Sid    = "ChangesItsKeys"
      Effect = "Allow"
      Action = [
        "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DeleteAlias", "kms:DescribeKey", "kms:EnableKeyRotation", "kms:GenerateDataKey*",
        "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
      ]
      Resource  = "arn:aws:kms:${var.region}:${var.account_id}:key/*" # AWS draws their numbers; the tag says whose they are.
      Condition = { StringEquals = { "aws:ResourceTag/plinth:environment" = environment } }
    },
    {
      Sid      = "NamesItsKeys"
      Effect   = "Allow"
      Action   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
      Resource = "arn:aws:kms:${var.region}:${var.account_id}:alias/${var.name}-${environment}*" # Aliases of this environment.
    },
    {
      Sid    = "KeepsItsLogs"
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteMetricFilter", "logs:DeleteRetentionPolicy", "logs:PutMetricFilter",
        "logs:PutRetentionPolicy", "logs:AssociateKmsKey", "logs:TagResource", "logs:UntagResource",
      ]
      # Log groups of this environment; WAF's must begin as they do.
      Resource = [for group in ["${var.name}-${environment}", "/${var.name}/${var.name}-${environment}", "aws-waf-logs-${var.name}-${environment}"] :
      "arn:aws:logs:${var.region}:${var.account_id}:log-group:${group}*"]
    },
    {
      Sid    = "HasLogsDelivered"
      Effect = "Allow"
      Action = [
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries",
        "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
      ]
      Resource = "*" # AWS gives these actions no resource.
    },
  ] }

  deploy_identity = { for environment in var.environments : environment => [
    {
      Sid       = "MakesRolesInsideTheBoundary"
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      Resource  = "${local.account}:role/${var.name}-${environment}-*" # Roles of this environment.
      Condition = { ArnEquals = { "iam:PermissionsBoundary" = "${local.account}:policy/${var.name}-tasks" } }
    },
    {
      Sid      = "ChangesItsRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
      Resource = "${local.account}:role/${var.name}-${environment}-*" # Roles of this environment.
    },
    {
      Sid       = "GivesItsRolesToTheServicesThatTakeThem"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = "${local.account}:role/${var.name}-${environment}-*" # Roles of this environment.
      Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com"] } }
    },
    {
      Sid      = "LetsServicesMakeTheirOwnRoles"
      Effect   = "Allow"
      Action   = ["iam:CreateServiceLinkedRole"]
      Resource = "${local.account}:role/aws-service-role/*" # The condition names the services.
      Condition = { StringEquals = { "iam:AWSServiceName" = [
        "delivery.logs.amazonaws.com", "ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com",
        "wafv2.amazonaws.com",
      ] } }
    },
  ] }
}
