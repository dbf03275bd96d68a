# Machines that run GitHub's jobs inside the network, where MLflow and the folders of PLINTH_* are.
#
# CodeBuild starts one machine a job and throws it away. A team that has runners already puts them into the security group that is made
# here (`hosting = "own"`), and has everything but CodeBuild's project.

locals {
  full_name = "${var.name}-runners"
  account   = "arn:aws:iam::${var.account_id}:root"
  codebuild = var.hosting == "codebuild" ? 1 : 0
  log_group = "/${var.name}/runners"

  # Where bin/plinth would otherwise take a folder of the checkout.
  folders = {
    AUDIT                = "audit"
    AUDIT_HEAD           = "audit-head"
    DEPLOY_KEY           = "keys/delivery"
    DEPLOY_SIGNERS       = "keys/delivery.signers"
    DVC_CACHE            = "dvc-cache"
    EVIDENCE             = "evidence"
    GATE_KEY             = "keys/gate"
    GATE_SIGNERS         = "keys/gate.signers"
    HANDOVER             = "handover"
    IMAGES               = "images"
    MODEL_STORE          = "models"
    PHOTOS               = "photos"
    PUBLIC_KEY           = "keys/model-signing.pub.pem"
    REPRODUCTION_KEY     = "keys/reproduction"
    REPRODUCTION_SIGNERS = "keys/reproduction.signers"
    SIGNING_KEY          = "keys/model-signing.pem"
    TERRAFORM            = "terraform"
    TRAINING             = "training"
    VECTOR_CACHE         = "vectors"
  }
  places = merge(
    { for name, folder in local.folders : "PLINTH_${name}" => "/plinth/${folder}" },
    var.tracking_uri == null ? {} : { PLINTH_TRACKING_URI = var.tracking_uri },
  )
}

resource "aws_kms_key" "runners" {
  description             = "Folders and logs of the runners, ${var.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The account's own policies decide who uses the key; without this nobody could ever change it again.
        Sid       = "TheAccountDecides"
        Effect    = "Allow"
        Principal = { AWS = local.account }
        Action    = "kms:*"
        Resource  = "*" # In a key's policy, * is this key.
      },
      {
        Sid       = "LogsAreEncrypted"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*" # In a key's policy, * is this key.
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${var.region}:${var.account_id}:log-group:${local.log_group}" } }
      },
    ]
  })
}

resource "aws_kms_alias" "runners" {
  name          = "alias/${local.full_name}"
  target_key_id = aws_kms_key.runners.key_id
}

resource "aws_cloudwatch_log_group" "runners" {
  name              = local.log_group
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.runners.arn
  tags              = var.tags
}

resource "aws_security_group" "runners" {
  # checkov:skip=CKV2_AWS_5:CodeBuild's project, or the team's own runners, have it.
  name        = local.full_name
  description = "Runners: nothing in; GitHub, AWS and the folders out."
  vpc_id      = var.network.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.runners.id
  description       = "GitHub, AWS and package indexes, whose addresses change from day to day."
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "folders" {
  security_group_id            = aws_security_group.runners.id
  description                  = "The folders."
  referenced_security_group_id = aws_security_group.folders.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

# GitHub is outside, and has no endpoint in a network. One gateway in one zone: while that zone is down nothing is deployed, and what
# runs, runs on.
resource "aws_eip" "way_out" {
  # checkov:skip=CKV2_AWS_19:It is the NAT gateway's.
  domain = "vpc"
  tags   = merge(var.tags, { Name = local.full_name })
}

resource "aws_nat_gateway" "way_out" {
  allocation_id = aws_eip.way_out.id
  subnet_id     = var.network.public_subnet_ids[0]
  tags          = merge(var.tags, { Name = local.full_name })
}

resource "aws_route" "way_out" {
  count = length(var.network.private_subnet_ids)

  route_table_id         = var.network.private_route_table_ids[count.index]
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.way_out.id
}
