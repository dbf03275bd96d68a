# The only thing that the internet reaches. HTTPS only: there is no listener on port 80, because a redirect comes after the
# client has already sent its key in clear.

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_76:The firewall has both groups of rules (firewall.tf, held by a test): this check doesn't look into a dynamic block
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = var.network.public_subnet_ids
  security_groups            = [aws_security_group.load_balancer.id]
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.deletion_protection
  # Longer than the longest prediction, shorter than a client's patience.
  idle_timeout = 30
  tags         = local.tags

  access_logs {
    bucket  = aws_s3_bucket.access_logs.bucket
    prefix  = "load-balancer"
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.access_logs]
}

resource "aws_lb_target_group" "inference" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; between it and a task lies a private subnet, and a task's security group takes the load balancer alone
  name                          = var.name
  vpc_id                        = var.network.vpc_id
  target_type                   = "ip"
  protocol                      = "HTTP"
  port                          = local.port
  deregistration_delay          = 30
  load_balancing_algorithm_type = "least_outstanding_requests"
  tags                          = local.tags

  health_check {
    path                = "/readyz"
    protocol            = "HTTP"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.certificate_arn
  # TLS 1.2 and 1.3, with forward secrecy only.
  ssl_policy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  tags       = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.inference.arn
  }
}

# Counts of the service are for whoever runs it: they say how busy it is, and with what.
resource "aws_lb_listener_rule" "metrics" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10
  tags         = local.tags

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "not found"
      status_code  = "404"
    }
  }

  condition {
    path_pattern {
      values = ["/metrics", "/metrics/*"]
    }
  }
}

resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "Load balancer: HTTPS from clients, requests to tasks"
  vpc_id      = var.network.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = var.client_blocks

  security_group_id = aws_security_group.load_balancer.id
  description       = "HTTPS from clients"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "Requests and health checks to tasks"
  referenced_security_group_id = aws_security_group.service.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = local.tags
}
