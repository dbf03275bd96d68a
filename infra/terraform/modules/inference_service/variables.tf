variable "account_id" {
  description = "The account, as 12 digits."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is 12 digits."
  }
}

variable "api_keys_kms_key_arn" {
  description = "Key that encrypts the secret of the API keys; null where it is AWS's own."
  type        = string
  default     = null

  validation {
    condition     = var.api_keys_kms_key_arn == null || can(regex("^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-zA-Z-]+$", var.api_keys_kms_key_arn))
    error_message = "Give the ARN of a key (not of an alias), or null."
  }
}

variable "api_keys_secret_arn" {
  description = "Secret in Secrets Manager that holds the API keys, separated by commas. Its value is never read here."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$", var.api_keys_secret_arn))
    error_message = "Give the ARN of a secret, never a key itself."
  }
}

variable "certificate_arn" {
  description = "Certificate of the domain in ACM, of the same region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-zA-Z-]+$", var.certificate_arn))
    error_message = "Give the ARN of a certificate in ACM."
  }
}

variable "client_blocks" {
  description = "Addresses that may reach the load balancer."
  type        = set(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = length(var.client_blocks) > 0 && alltrue([for block in var.client_blocks : can(cidrhost(block, 0)) && !strcontains(block, ":")])
    error_message = "Name one IPv4 block at least, as in 203.0.113.0/24."
  }
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted and buckets refuse while something is in them. Taken away by an apply of its own before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "domain_name" {
  description = "Name that clients use, which the certificate is for."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain_name))
    error_message = "Give a full domain name in lower case, without https://."
  }
}

variable "environment" {
  description = "Which environment this is."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "There are two environments: staging and production."
  }
}

variable "health_grace_seconds" {
  description = "Time after its start in which a task isn't judged: a model is verified and opened first."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.health_grace_seconds == floor(var.health_grace_seconds) && var.health_grace_seconds >= 0 && var.health_grace_seconds <= 300
    error_message = "Give whole seconds, 300 at most: a container's own check waits no longer."
  }
}

variable "image" {
  description = "Image of the release, by digest, in this account's registry; null where nothing is released."
  type        = string
  default     = null

  validation {
    condition     = var.image == null || can(regex("^[0-9]{12}[.]dkr[.]ecr[.][a-z0-9-]+[.]amazonaws[.]com/[a-z0-9/_-]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "An image is named by its digest in ECR, never by a tag."
  }

  validation {
    condition     = (var.image == null) == (var.payload == "")
    error_message = "A payload has an image, and nothing released has none."
  }
}

variable "log_days" {
  description = "Days for which logs are kept; one of the terms that CloudWatch knows."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096], var.log_days)
    error_message = "CloudWatch keeps logs for 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or 1096 days."
  }
}

variable "name" {
  description = "Begins the name of everything here."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name)) && !startswith(var.name, "internal-")
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "network" {
  description = "Where it runs: outputs of the module network."
  type = object({
    vpc_id                     = string
    public_subnet_ids          = list(string)
    private_subnet_ids         = list(string)
    endpoint_security_group_id = string
    s3_prefix_list_id          = string
  })
  nullable = false

  validation {
    condition     = length(var.network.public_subnet_ids) >= 2 && length(var.network.private_subnet_ids) >= 2
    error_message = "The service needs subnets of two zones at least."
  }
}

variable "payload" {
  description = "Digest of the payload that runs; empty where nothing is released."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(sha256:[0-9a-f]{64})?$", var.payload))
    error_message = "A payload is named by its digest (sha256: and 64 hexadecimal digits), never by a tag."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the roles made here; null where the account has none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws:iam::[0-9]{12}:policy/.+$", var.permissions_boundary_arn))
    error_message = "Give the ARN of an IAM policy, or null."
  }
}

variable "prediction_days" {
  description = "Days for which predictions are kept: as long as an answer may be asked about."
  type        = number
  default     = 730
  nullable    = false

  validation {
    condition     = var.prediction_days == floor(var.prediction_days) && var.prediction_days > 120
    error_message = "Give whole days, more than 120: after 90 they move to storage that is paid for 30 days."
  }
}

variable "prediction_shipper" {
  description = "Image of Fluent Bit, by digest, in this account's registry, that carries the prediction log to S3; null: the log is lost with its task."
  type        = string
  default     = null

  validation {
    condition     = var.prediction_shipper == null || can(regex("^[0-9]{12}[.]dkr[.]ecr[.][a-z0-9-]+[.]amazonaws[.]com/[a-z0-9/_-]+@sha256:[0-9a-f]{64}$", var.prediction_shipper))
    error_message = "An image is named by its digest in ECR, never by a tag."
  }
}

variable "rate_limit" {
  description = "Requests in five minutes from one address, after which it is refused for a while."
  type        = number
  default     = 3000
  nullable    = false

  validation {
    condition     = var.rate_limit == floor(var.rate_limit) && var.rate_limit >= 100 && var.rate_limit <= 1000000
    error_message = "Give a whole number from 100 to 1,000,000."
  }
}

variable "region" {
  description = "The region, as in eu-central-1."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "Give the name of a region, as in eu-central-1."
  }
}

variable "scaling" {
  description = "How many tasks, and at what load another is started. requests_per_task_minute: what one task answers in a minute with room to spare."
  type = object({
    minimum                  = optional(number, 2)
    maximum                  = optional(number, 10)
    cpu_percent              = optional(number, 60)
    requests_per_task_minute = optional(number, 600)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.scaling.minimum >= 2 && var.scaling.minimum == floor(var.scaling.minimum)
    error_message = "Two tasks at least, so that the loss of a zone is no outage."
  }

  validation {
    condition     = var.scaling.maximum >= var.scaling.minimum && var.scaling.maximum <= 500 && var.scaling.maximum == floor(var.scaling.maximum)
    error_message = "The maximum is a whole number from the minimum to 500."
  }

  validation {
    condition     = var.scaling.cpu_percent >= 10 && var.scaling.cpu_percent <= 90
    error_message = "Scale at 10 to 90 % of the processors."
  }

  validation {
    condition     = var.scaling.requests_per_task_minute >= 1
    error_message = "A task answers one request a minute at least."
  }
}

variable "tags" {
  description = "Tags on everything beside the provider's own."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.tags : !startswith(key, "aws:") && length(key) <= 128 && length(value) <= 256])
    error_message = "A tag's key has up to 128 characters and doesn't begin with aws:, its value up to 256."
  }
}

variable "task" {
  description = "Size of a task, in units of Fargate (1024 = one processor) and MiB, and the user that it runs as (numbers, never root)."
  type = object({
    cpu    = optional(number, 1024)
    memory = optional(number, 2048)
    user   = optional(string, "10001:10001")
  })
  default  = {}
  nullable = false

  validation {
    condition = contains(lookup({
      "256"  = [512, 1024, 2048]
      "512"  = [1024, 2048, 3072, 4096]
      "1024" = [2048, 3072, 4096, 5120, 6144, 7168, 8192]
      "2048" = [for gib in range(4, 17) : gib * 1024]
      "4096" = [for gib in range(8, 31) : gib * 1024]
    }, tostring(var.task.cpu), []), var.task.memory)
    error_message = "Fargate doesn't offer these together: see its table of processors and memory."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,8}:[1-9][0-9]{0,8}$", var.task.user))
    error_message = "Give user:group as numbers; 0 is root."
  }
}
