# Who reaches whom: clients reach the load balancer, the load balancer MLflow, MLflow the database, its endpoints and S3; nothing else.
# MLflow asks nobody for a password: that it can't be reached is its protection.

resource "aws_security_group" "balancer" {
  name        = "${local.full_name}-balancer"
  description = "MLflow's load balancer: clients in, MLflow out."
  vpc_id      = var.network.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.clients

  security_group_id            = aws_security_group.balancer.id
  description                  = "HTTPS from ${each.key}."
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "balancer_to_server" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "Requests and health checks to MLflow."
  referenced_security_group_id = aws_security_group.server.id
  ip_protocol                  = "tcp"
  from_port                    = 5000
  to_port                      = 5000
}

resource "aws_security_group" "server" {
  # checkov:skip=CKV2_AWS_5:The service has it; its own count hides that from the check.
  name        = "${local.full_name}-server"
  description = "MLflow: the load balancer in; database, endpoints and S3 out."
  vpc_id      = var.network.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "server_from_balancer" {
  security_group_id            = aws_security_group.server.id
  description                  = "Requests from the load balancer."
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = 5000
  to_port                      = 5000
}

resource "aws_vpc_security_group_egress_rule" "server_to_database" {
  security_group_id            = aws_security_group.server.id
  description                  = "The database."
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "server_to_endpoints" {
  security_group_id            = aws_security_group.server.id
  description                  = "The image, the password and the log, by the network's endpoints."
  referenced_security_group_id = var.network.endpoint_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "server_to_s3" {
  security_group_id = aws_security_group.server.id
  description       = "Artifacts and image layers, by the gateway endpoint."
  prefix_list_id    = var.network.s3_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group" "database" {
  name        = "${local.full_name}-database"
  description = "MLflow's database: MLflow in, nothing out."
  vpc_id      = var.network.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "database_from_server" {
  security_group_id            = aws_security_group.database.id
  description                  = "MLflow."
  referenced_security_group_id = aws_security_group.server.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_lb" "registry" {
  # checkov:skip=CKV_AWS_150:Protected unless `protected` says otherwise, as it must before anything is removed.
  name                       = local.full_name
  internal                   = true
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.balancer.id]
  subnets                    = var.network.private_subnet_ids
  drop_invalid_header_fields = true
  enable_deletion_protection = var.protected
  tags                       = var.tags

  access_logs {
    bucket  = var.log_bucket
    prefix  = "alb"
    enabled = true
  }
}

resource "aws_lb_target_group" "registry" {
  # checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there to MLflow it is one hop inside two security groups.
  name                 = local.full_name
  vpc_id               = var.network.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 5000
  deregistration_delay = 30
  tags                 = var.tags

  health_check {
    path                = "/health"
    matcher             = "200"
    healthy_threshold   = 2
    unhealthy_threshold = 3
    interval            = 15
    timeout             = 5
  }
}

resource "aws_lb_listener" "registry" {
  load_balancer_arn = aws_lb.registry.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn
  tags              = var.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.registry.arn
  }
}

# The certificate's name, known inside the network only.
resource "aws_route53_zone" "registry" {
  # checkov:skip=CKV2_AWS_38:DNSSEC is for zones that the world asks; this one is private.
  # checkov:skip=CKV2_AWS_39:Query logs of a private zone with one name say nothing that the load balancer's don't.
  name    = var.domain_name
  comment = "MLflow, inside the network."
  tags    = var.tags

  vpc {
    vpc_id = var.network.vpc_id
  }
}

resource "aws_route53_record" "registry" {
  zone_id = aws_route53_zone.registry.zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_lb.registry.dns_name
    zone_id                = aws_lb.registry.zone_id
    evaluate_target_health = true
  }
}
