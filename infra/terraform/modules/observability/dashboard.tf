# One page that answers: is it up, is it fast, is it right, how many are there, who is turned away.

locals {
  elb = "AWS/ApplicationELB"
  widgets = [
    {
      title   = "Requests a minute"
      stat    = "Sum"
      metrics = [[local.elb, "RequestCount", "LoadBalancer", var.service.load_balancer_arn_suffix]]
    },
    {
      title = "Seconds to an answer (p50, p99)"
      stat  = "p99"
      metrics = [
        [local.elb, "TargetResponseTime", "LoadBalancer", var.service.load_balancer_arn_suffix, { stat = "p50" }],
        [local.elb, "TargetResponseTime", "LoadBalancer", var.service.load_balancer_arn_suffix, { stat = "p99" }],
      ]
    },
    {
      title = "Errors a minute"
      stat  = "Sum"
      metrics = [
        [local.elb, "HTTPCode_Target_5XX_Count", "LoadBalancer", var.service.load_balancer_arn_suffix],
        [local.elb, "HTTPCode_ELB_5XX_Count", "LoadBalancer", var.service.load_balancer_arn_suffix],
        [local.elb, "HTTPCode_Target_4XX_Count", "LoadBalancer", var.service.load_balancer_arn_suffix],
      ]
    },
    {
      title = "Tasks"
      stat  = "Maximum"
      metrics = [
        [local.elb, "HealthyHostCount", "TargetGroup", var.service.target_group_arn_suffix, "LoadBalancer", var.service.load_balancer_arn_suffix],
        [local.elb, "UnHealthyHostCount", "TargetGroup", var.service.target_group_arn_suffix, "LoadBalancer", var.service.load_balancer_arn_suffix],
      ]
    },
    {
      title = "Load of the tasks in percent"
      stat  = "Average"
      metrics = [
        for metric in ["CPUUtilization", "MemoryUtilization"] :
        ["AWS/ECS", metric, "ClusterName", var.service.cluster_name, "ServiceName", var.service.service_name]
      ]
    },
    {
      title = "Requests turned away by the firewall"
      stat  = "Sum"
      metrics = [
        for metric in ["BlockedRequests", "CaptchaRequests"] :
        ["AWS/WAFV2", metric, "WebACL", var.service.firewall_name, "Region", var.region, "Rule", "ALL"]
      ]
    },
    {
      title   = "Drift score"
      stat    = "Maximum"
      metrics = [for model in var.models : ["Plinth", "DriftScore", "Environment", var.environment, "Model", model]]
    },
    {
      title   = "Live accuracy"
      stat    = "Minimum"
      metrics = [for model in var.models : ["Plinth", "LiveAccuracy", "Environment", var.environment, "Model", model]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = concat(
      [
        for index, widget in local.widgets : {
          type   = "metric"
          x      = 12 * (index % 2)
          y      = 6 * floor(index / 2)
          width  = 12
          height = 6
          properties = {
            title   = widget.title
            region  = var.region
            view    = "timeSeries"
            stat    = widget.stat
            period  = 60
            metrics = widget.metrics
          }
        }
      ],
      [
        {
          type   = "log"
          x      = 0
          y      = 6 * ceil(length(local.widgets) / 2)
          width  = 24
          height = 6
          properties = {
            title  = "Last failures in the log"
            region = var.region
            view   = "table"
            query  = "SOURCE '${var.service.log_group_name}' | fields @timestamp, @message | filter status >= 500 | sort @timestamp desc | limit 50"
          }
        },
      ]
    )
  })
}
