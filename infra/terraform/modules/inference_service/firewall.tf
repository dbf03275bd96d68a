# The web firewall in front of the load balancer. README.md says what each rule is for and what it would break.

locals {
  # In the order in which they are asked. `count` names the rules of a group that only count, since they refuse what this
  # service is for: a photo is a body of many kilobytes in which any byte may stand, and many honest clients live in a cloud.
  managed_rules = [
    { name = "AWSManagedRulesAmazonIpReputationList", count = [] },
    { name = "AWSManagedRulesAnonymousIpList", count = ["HostingProviderIPList"] },
    { name = "AWSManagedRulesKnownBadInputsRuleSet", count = [] },
    {
      name = "AWSManagedRulesCommonRuleSet"
      count = [
        "CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "NoUserAgent_HEADER",
        "SizeRestrictions_BODY",
      ]
    },
  ]
  # Pages for people. Everything else is for programs, which can't solve a puzzle.
  page_prefixes = ["/docs", "/problems"]
}

resource "aws_wafv2_web_acl" "this" {
  name        = var.name
  description = "In front of the inference service of ${var.name}"
  scope       = "REGIONAL"
  tags        = local.tags

  default_action {
    allow {}
  }

  dynamic "rule" {
    for_each = local.managed_rules

    content {
      name     = rule.value.name
      priority = rule.key

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          name        = rule.value.name
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = rule.value.count

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        metric_name                = "${var.name}-${rule.value.name}"
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = false
      }
    }
  }

  rule {
    name     = "rate"
    priority = 10

    action {
      block {
        custom_response {
          response_code = 429
        }
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        limit                 = var.rate_limit
        evaluation_window_sec = 300
      }
    }

    visibility_config {
      metric_name                = "${var.name}-rate"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "captcha"
    priority = 20

    action {
      captcha {}
    }

    captcha_config {
      immunity_time_property {
        immunity_time = 3600
      }
    }

    statement {
      and_statement {
        statement {
          or_statement {
            dynamic "statement" {
              for_each = local.page_prefixes

              content {
                byte_match_statement {
                  search_string         = statement.value
                  positional_constraint = "STARTS_WITH"

                  field_to_match {
                    uri_path {}
                  }

                  text_transformation {
                    priority = 0
                    type     = "NORMALIZE_PATH"
                  }
                }
              }
            }
          }
        }

        # Who sends a key is a program: the service judges the key, and refuses a wrong one.
        statement {
          not_statement {
            statement {
              size_constraint_statement {
                comparison_operator = "GT"
                size                = 0

                field_to_match {
                  single_header {
                    name = "x-api-key"
                  }
                }

                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      metric_name                = "${var.name}-captcha"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = false
    }
  }

  visibility_config {
    metric_name                = var.name
    cloudwatch_metrics_enabled = true
    # Samples show whole headers, keys among them, to whoever may open the console.
    sampled_requests_enabled = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall.arn]

  dynamic "redacted_fields" {
    for_each = ["authorization", "cookie", "x-api-key"]

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }

  depends_on = [aws_cloudwatch_log_resource_policy.firewall]
}
