variable "account_id" {
  description = "The account, as 12 digits."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is 12 digits."
  }
}

variable "emails" {
  description = "Who is told of an alarm. Each confirms once, by a mail of AWS."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@\\s]+@[^@\\s]+[.][^@\\s]+$", email))])
    error_message = "Give addresses of e-mail."
  }
}

variable "environment" {
  description = "Which environment is watched; the dimension Environment of the metrics of drift and live accuracy."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "There are two environments: staging and production."
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

variable "name" {
  description = "Begins the name of everything here."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
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

variable "released" {
  description = "Whether anything is released: without a release, no target is no fault."
  type        = bool
  nullable    = false
}

variable "service" {
  description = "What is watched: outputs of the module inference_service. service_name is the ECS service's even where none is there yet."
  type = object({
    cluster_name             = string
    firewall_name            = string
    load_balancer_arn_suffix = string
    log_group_name           = string
    service_name             = string
    target_group_arn_suffix  = string
  })
  nullable = false

  validation {
    condition     = alltrue([for key, value in var.service : value != null && value != ""])
    error_message = "Everything that is watched has a name."
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
