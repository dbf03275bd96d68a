# How many tasks: between two numbers, by the processors' load and by requests a task.

resource "aws_appautoscaling_target" "inference" {
  count = local.released

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.inference[0].name}"
  min_capacity       = var.scaling.minimum
  max_capacity       = var.scaling.maximum
  tags               = local.tags
}

resource "aws_appautoscaling_policy" "cpu" {
  count = local.released

  name               = "${var.name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.inference[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.inference[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.inference[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.scaling.cpu_percent
    scale_out_cooldown = 60
    # Down slowly: a task that goes too early is missed for as long as one takes to start.
    scale_in_cooldown = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "requests" {
  count = local.released

  name               = "${var.name}-requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.inference[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.inference[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.inference[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.scaling.requests_per_task_minute
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label         = "${aws_lb.this.arn_suffix}/${aws_lb_target_group.inference.arn_suffix}"
    }
  }
}
