# What runs in a task: the service and, where its image is given, the shipper that carries the prediction log to S3.

locals {
  predictions = "/tmp/predictions"
  hardened = {
    essential              = true
    readonlyRootFilesystem = true
    privileged             = false
    user                   = var.task.user
    mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"], add = [] } }
    systemControls         = []
    volumesFrom            = []
  }
  service_container = merge(local.hardened, {
    name         = local.container
    image        = var.image
    cpu          = 0
    portMappings = [{ containerPort = local.port, hostPort = local.port, protocol = "tcp" }]
    # The image's own program; the load balancer asks /readyz besides.
    healthCheck = {
      command     = ["CMD", "python", "-P", "/opt/plinth/healthy.py"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = var.health_grace_seconds
    }
    # Longer than a balancer needs to see that the task drains, and than the longest request lasts.
    stopTimeout = 60
    environment = [for name in sort(keys(local.settings)) : { name = name, value = local.settings[name] }]
    secrets     = [{ name = "PLINTH_API_KEYS", valueFrom = var.api_keys_secret_arn }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.service.name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = local.container
      }
    }
  })
  settings = {
    PLINTH_DRAIN_SECONDS = "20"
    PLINTH_ENVIRONMENT   = var.environment
    PLINTH_PAYLOAD       = var.payload
    PLINTH_PREDICTIONS   = local.predictions
  }
  # Fluent Bit, told everything by its arguments: each file's lines go to S3 as they are, every minute or 10 MB.
  shipper_container = merge(local.hardened, {
    name         = "predictions"
    image        = var.prediction_shipper
    cpu          = 0
    portMappings = []
    environment  = []
    secrets      = []
    # It goes last, so that what the service wrote while it stopped is carried too.
    stopTimeout = 90
    dependsOn   = []
    command = [
      "/fluent-bit/bin/fluent-bit",
      "-i", "tail", "-p", "path=${local.predictions}/*.jsonl", "-p", "db=/tmp/shipper.db", "-p", "read_from_head=true",
      "-p", "buffer_max_size=1M",
      "-o", "s3", "-m", "*", "-p", "bucket=${aws_s3_bucket.predictions.bucket}", "-p", "region=${var.region}",
      "-p", "log_key=log", "-p", "store_dir=/tmp/shipper", "-p", "total_file_size=10M", "-p", "upload_timeout=1m",
      "-p", "use_put_object=true", "-p", "s3_key_format=/predictions/%Y/%m/%d/$UUID.jsonl",
    ]
    logConfiguration = merge(local.service_container.logConfiguration, {
      options = merge(local.service_container.logConfiguration.options, { "awslogs-stream-prefix" = "predictions" })
    })
  })
  containers = concat([local.service_container], var.prediction_shipper == null ? [] : [local.shipper_container])
}
