output "alarm_names" {
  description = "Every alarm."
  value = sort(concat(
    [
      aws_cloudwatch_metric_alarm.errors.alarm_name,
      aws_cloudwatch_metric_alarm.latency.alarm_name,
      aws_cloudwatch_metric_alarm.unhealthy.alarm_name,
    ],
    aws_cloudwatch_metric_alarm.deserted[*].alarm_name,
    [for alarm in aws_cloudwatch_metric_alarm.quality : alarm.alarm_name],
  ))
}

output "dashboard_name" {
  description = "The dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "topic_arn" {
  description = "Topic that gets every alarm."
  value       = aws_sns_topic.alarms.arn
}
