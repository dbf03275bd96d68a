# The folders of PLINTH_* (audit log, model store, image records, photos), on a file system that every runner has at /plinth.

resource "aws_efs_file_system" "folders" {
  # checkov:skip=CKV2_AWS_18:The module backups copies it, by the ARN that the root hands over.
  creation_token   = local.full_name
  encrypted        = true
  kms_key_id       = aws_kms_key.runners.arn
  performance_mode = "generalPurpose"
  throughput_mode  = "elastic"
  tags             = merge(var.tags, { Name = local.full_name })

  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }
  lifecycle_policy {
    transition_to_primary_storage_class = "AFTER_1_ACCESS"
  }
}

resource "aws_efs_file_system_policy" "folders" {
  file_system_id = aws_efs_file_system.folders.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        # Whoever is in the runners' security group; CodeBuild mounts without a name and as root.
        Sid       = "RunnersMount"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action = concat(
          ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
          var.hosting == "codebuild" ? ["elasticfilesystem:ClientRootAccess"] : [],
        )
        Resource = aws_efs_file_system.folders.arn
        Condition = merge(
          { Bool = { "elasticfilesystem:AccessedViaMountTarget" = "true" } },
          var.hosting == "codebuild" ? {} : { ArnEquals = { "elasticfilesystem:AccessPointArn" = aws_efs_access_point.folders.arn } },
        )
      }],
      # CodeBuild can't mount over TLS; whoever can, must.
      var.hosting == "codebuild" ? [] : [{
        Sid       = "TLSOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "*"
        Resource  = aws_efs_file_system.folders.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
    )
  })
}

resource "aws_efs_access_point" "folders" {
  file_system_id = aws_efs_file_system.folders.id
  tags           = merge(var.tags, { Name = local.full_name })

  posix_user {
    uid = 10001
    gid = 10001
  }

  root_directory {
    path = "/plinth"
    creation_info {
      owner_uid   = 10001
      owner_gid   = 10001
      permissions = "0750"
    }
  }
}

resource "aws_efs_mount_target" "folders" {
  count = length(var.network.private_subnet_ids)

  file_system_id  = aws_efs_file_system.folders.id
  subnet_id       = var.network.private_subnet_ids[count.index]
  security_groups = [aws_security_group.folders.id]
}

resource "aws_security_group" "folders" {
  name        = "${local.full_name}-folders"
  description = "The folders: runners in, nothing out."
  vpc_id      = var.network.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "folders_from_runners" {
  security_group_id            = aws_security_group.folders.id
  description                  = "Runners."
  referenced_security_group_id = aws_security_group.runners.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}
