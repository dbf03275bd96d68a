variable "account_id" {
  description = "The account whose things are copied."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is named by 12 digits."
  }
}

variable "hour_utc" {
  description = "Hour at which the daily copy begins, in UTC."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.hour_utc == floor(var.hour_utc) && var.hour_utc >= 0 && var.hour_utc <= 23
    error_message = "Give an hour from 0 to 23."
  }
}

variable "keep_days" {
  description = "Days for which a copy is kept; the vault's lock lets nobody delete one earlier."
  type        = number
  default     = 35
  nullable    = false

  validation {
    condition     = var.keep_days == floor(var.keep_days) && var.keep_days >= 7 && var.keep_days <= 365
    error_message = "Give 7 to 365 whole days: a loss is often found late."
  }
}

variable "name" {
  description = "Name of the vault and the plan."
  type        = string
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "resource_arns" {
  description = "What is copied: databases and file systems. With none the plan stands, and copies nothing."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.resource_arns : arn != "*" && !can(regex("[*?]", arn))])
    error_message = "Name each thing by its full ARN, without a wildcard."
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

variable "topic_arn" {
  description = "Topic that gets a message when a backup failed or is missing."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.topic_arn))
    error_message = "Give the ARN of a topic."
  }
}
