# Alarms on what clients feel (latency, errors, nobody there) and on what a model is worth (drift, live accuracy).

locals {
  load_balancer = { LoadBalancer = var.service.load_balancer_arn_suffix }
  targets       = merge(local.load_balancer, { TargetGroup = var.service.target_group_arn_suffix })
  quality = {
    drift_score = {
      metric     = "DriftScore"
      statistic  = "Maximum"
      comparison = "GreaterThanThreshold"
      threshold  = var.thresholds.drift_score
      meaning    = "Photos have become unlike those that the model was trained on: look at them before the next training."
      # Nothing of Plinth sends it yet; whatever a team sends comes once a day. A day without it says nothing of drift but must
      # be heard: the alarm falls to INSUFFICIENT_DATA, and that is told too.
      missing = "missing"
      unknown = [aws_sns_topic.alarms.arn]
    }
    live_accuracy = {
      metric     = "LiveAccuracy"
      statistic  = "Minimum"
      comparison = "LessThanThreshold"
      threshold  = var.thresholds.live_accuracy
      meaning    = "Of the answers whose truth came back, too few were right: roll back or retrain."
      # Labels come when somebody checks: a day without any neither raises an alarm nor ends one.
      missing = "ignore"
      unknown = []
    }
  }
  watched = { for pair in setproduct(keys(local.quality), var.models) : "${pair[0]}-${pair[1]}" => { rule = local.quality[pair[0]], model = pair[1] } }
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name          = "${var.name}-latency-p99"
  alarm_description   = "One of a hundred answers takes longer than ${var.thresholds.p99_seconds} s."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  dimensions          = local.targets
  extended_statistic  = "p99"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.p99_seconds
  # Nobody asked, so nobody waited.
  treat_missing_data = "notBreaching"
  # Of a handful of requests p99 is the slowest one: no reason to wake anybody.
  evaluate_low_sample_count_percentiles = "ignore"
  alarm_actions                         = [aws_sns_topic.alarms.arn]
  ok_actions                            = [aws_sns_topic.alarms.arn]
  tags                                  = local.tags
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-errors"
  alarm_description   = "More than ${var.thresholds.error_percent} % of requests end in a 5xx, of the service or of the load balancer."
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.thresholds.error_percent
  # Nobody asked, so nothing failed.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
  tags               = local.tags

  metric_query {
    id          = "percent"
    label       = "5xx in percent of requests"
    expression  = "IF(requests > 0, 100 * (FILL(service, 0) + FILL(balancer, 0)) / requests, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      requests = "RequestCount"
      service  = "HTTPCode_Target_5XX_Count"
      # What the load balancer answers itself: no target, or one that hung.
      balancer = "HTTPCode_ELB_5XX_Count"
    }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = local.load_balancer
        period      = 60
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  alarm_name          = "${var.name}-unhealthy"
  alarm_description   = "A task doesn't answer its health check for three minutes."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  dimensions          = local.targets
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  # No target at all is the next alarm's to tell.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
  tags               = local.tags
}

resource "aws_cloudwatch_metric_alarm" "deserted" {
  count = var.released ? 1 : 0

  alarm_name          = "${var.name}-deserted"
  alarm_description   = "No task answers: every request fails."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  dimensions          = local.targets
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  # Without a target the load balancer sends no count, which is exactly what is to be told.
  treat_missing_data = "breaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
  tags               = local.tags
}

resource "aws_cloudwatch_metric_alarm" "quality" {
  for_each = local.watched

  alarm_name                = "${var.name}-${replace(each.key, "_", "-")}"
  alarm_description         = "${each.value.model}: ${each.value.rule.meaning}"
  namespace                 = "Plinth"
  metric_name               = each.value.rule.metric
  dimensions                = { Environment = var.environment, Model = each.value.model }
  statistic                 = each.value.rule.statistic
  period                    = 86400
  evaluation_periods        = 1
  comparison_operator       = each.value.rule.comparison
  threshold                 = each.value.rule.threshold
  treat_missing_data        = each.value.rule.missing
  alarm_actions             = [aws_sns_topic.alarms.arn]
  ok_actions                = [aws_sns_topic.alarms.arn]
  insufficient_data_actions = each.value.rule.unknown
  tags                      = local.tags
}
