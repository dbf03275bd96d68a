# How private subnets reach AWS. Only this account's principals pass, so that a task that was broken into can't carry data
# to another account through them.

locals {
  own_account = {
    Sid       = "OwnAccount"
    Effect    = "Allow"
    Principal = { AWS = "*" }
    # Every action and resource: what a principal may do is for its own policies to say, which account it is of is said here.
    Action    = "*"
    Resource  = "*"
    Condition = { StringEquals = { "aws:PrincipalAccount" = local.account } }
  }
  # ECR hands out signed addresses of a bucket of AWS, whose principal isn't of this account.
  image_layers = {
    Sid       = "ImageLayers"
    Effect    = "Allow"
    Principal = { AWS = "*" }
    Action    = "s3:GetObject"
    Resource  = "arn:aws:s3:::prod-${local.region}-starport-layer-bucket/*"
  }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = var.gateway_endpoints

  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.private : table.id]
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local.own_account], each.key == "s3" ? [local.image_layers] : [])
  })
  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [for subnet in aws_subnet.private : subnet.id]
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = jsonencode({ Version = "2012-10-17", Statement = [local.own_account] })
  tags                = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_security_group" "endpoints" {
  #checkov:skip=CKV2_AWS_5:It is on the interface endpoints, of which a network may have none
  name        = "${var.name}-endpoints"
  description = "Interface endpoints: HTTPS from inside the network"
  vpc_id      = aws_vpc.this.id
  tags        = merge(var.tags, { Name = "${var.name}-endpoints" })
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id = aws_security_group.endpoints.id
  description       = "HTTPS from inside the network"
  cidr_ipv4         = var.cidr_block
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}
