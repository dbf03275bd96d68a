# One repository a service, shared by both environments: production runs the digest that staging verified.

locals {
  key_administrators = "arn:aws:iam::${var.account_id}:root"
  pull = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
  ]
  push = [
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
  ]
}

resource "aws_kms_key" "images" {
  description             = "Images of ${var.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # The account's own policies decide who uses the key; without this nobody could ever change it again.
      Sid       = "TheAccountDecides"
      Effect    = "Allow"
      Principal = { AWS = local.key_administrators }
      Action    = "kms:*"
      Resource  = "*" # In a key's policy, * is this key.
    }]
  })
}

resource "aws_kms_alias" "images" {
  name          = "alias/${var.name}-images"
  target_key_id = aws_kms_key.images.key_id
}

resource "aws_ecr_repository" "this" {
  for_each = var.services

  name                 = "${var.name}/${each.key}"
  image_tag_mutability = "IMMUTABLE"
  tags                 = var.tags

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.images.arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

# Only what no tag names goes, which is a push that was broken off: any release may come back.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each = var.services

  repository = aws_ecr_repository.this[each.key].name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "untagged images"
      selection = {
        tagStatus   = "untagged"
        countType   = "sinceImagePushed"
        countUnit   = "days"
        countNumber = var.untagged_days
      }
      action = { type = "expire" }
    }]
  })
}

# Within one account an Allow here would add to what identities may do anyway: only a Deny takes something from them.
resource "aws_ecr_repository_policy" "this" {
  for_each = var.services

  repository = aws_ecr_repository.this[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyTheBuildPushes"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = local.push
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = sort(var.pusher_arns) } }
      },
      {
        Sid       = "OnlyEnvironmentsAndTheBuildPull"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = local.pull
        Condition = { ArnNotEquals = { "aws:PrincipalArn" = sort(setunion(var.pusher_arns, var.puller_arns)) } }
      },
      {
        # A rollback needs the image of the release before. Whoever must delete one changes this policy first.
        Sid       = "NobodyDeletesAnImage"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "ecr:BatchDeleteImage"
      },
    ]
  })
}
