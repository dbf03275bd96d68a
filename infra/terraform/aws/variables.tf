variable "account_id" {
  description = "The account that this environment lies in, as 12 digits. Credentials of another are refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is 12 digits."
  }
}

variable "alarm_emails" {
  description = "Who is told of an alarm. Each confirms once, by a mail of AWS."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+[.][^@\\s]+$", email))])
    error_message = "Give addresses of e-mail."
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

variable "cidr_block" {
  description = "Addresses of the network, as an IPv4 block of 16 to 20 bits. Each zone gets two sixteenths of it: one private, one public."
  type        = string
  default     = "10.20.0.0/16"
  nullable    = false

  validation {
    condition = can(cidrhost(var.cidr_block, 0)) && can(
      regex("^[0-9.]+/(1[6-9]|20)$", var.cidr_block)
    ) && try(cidrhost(var.cidr_block, 0) == split("/", var.cidr_block)[0], false)
    error_message = "Give the first address of an IPv4 block of 16 to 20 bits, as in 10.20.0.0/16."
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

variable "cost_center" {
  description = "Who pays; a tag on everything."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9 ._-]{1,64}$", var.cost_center))
    error_message = "Give 1 to 64 letters, digits, spaces, dots, hyphens and underscores."
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
  description = "Which environment this is. Each has a state of its own."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "There are two environments: staging and production."
  }
}

variable "hosted_zone_id" {
  description = "Zone in Route 53 that gets the domain's record; null where the domain is kept elsewhere."
  type        = string
  default     = null

  validation {
    condition     = var.hosted_zone_id == null || can(regex("^Z[A-Z0-9]{7,31}$", var.hosted_zone_id))
    error_message = "Give the id of a hosted zone, as in Z0123456789ABCDEFGHIJ, or null."
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

variable "models" {
  description = "Names of the models that get alarms on drift and live accuracy; the dimension Model. Nothing of Plinth sends these metrics yet."
  type        = set(string)
  default     = ["architecture"]
  nullable    = false

  validation {
    condition     = alltrue([for model in var.models : can(regex("^[a-z][a-z0-9_-]{0,62}$", model))])
    error_message = "A model's name is up to 63 lower-case letters, digits, hyphens and underscores."
  }
}

variable "owner" {
  description = "Who answers for it; a tag on everything."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9 ._-]{1,64}$", var.owner))
    error_message = "Give 1 to 64 letters, digits, spaces, dots, hyphens and underscores."
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

variable "payload_file" {
  description = "Path of the payload as JSON, which names the image. Not read where nothing is released."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.payload_file, "/") && endswith(var.payload_file, ".json")
    error_message = "Give the absolute path of a .json file."
  }

  validation {
    condition = var.payload == "" || can(
      regex("^sha256:[0-9a-f]{64}$", jsondecode(file(var.payload_file)).image)
    )
    error_message = "The payload's file must be there and name its image by digest: build the image first (`bin/plinth delivery image build`)."
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
  description = "Digest of Fluent Bit in the repository plinth/log-router, which carries the prediction log to S3; null: the log is lost with its task."
  type        = string
  default     = null

  validation {
    condition     = var.prediction_shipper == null || can(regex("^sha256:[0-9a-f]{64}$", var.prediction_shipper))
    error_message = "An image is named by its digest (sha256: and 64 hexadecimal digits), never by a tag."
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

variable "thresholds" {
  description = "Where alarms begin: seconds that 99 of 100 answers stay under, percent of answers that are 5xx, drift score (0 to 1), share of answers that turned out right (0 to 1)."
  type = object({
    p99_seconds   = optional(number, 1.5)
    error_percent = optional(number, 1)
    drift_score   = optional(number, 0.25)
    live_accuracy = optional(number, 0.4)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.thresholds.p99_seconds > 0 && var.thresholds.p99_seconds <= 30
    error_message = "The latency's limit is more than 0 and up to 30 seconds, after which the load balancer gives up."
  }

  validation {
    condition     = var.thresholds.error_percent > 0 && var.thresholds.error_percent <= 100
    error_message = "The limit of errors is more than 0 and up to 100 %."
  }

  validation {
    condition = alltrue([
      for share in [var.thresholds.drift_score, var.thresholds.live_accuracy] : share > 0 && share < 1
    ])
    error_message = "Drift score and live accuracy have limits between 0 and 1."
  }
}

variable "zones" {
  description = "Availability zones, two at least, so that the loss of one is no outage."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 4 && length(distinct(var.zones)) == length(var.zones)
    error_message = "Name two to four different zones."
  }

  validation {
    condition     = alltrue([for zone in var.zones : startswith(zone, var.region)])
    error_message = "The zones are the region's own."
  }
}
