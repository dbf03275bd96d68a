variable "account_id" {
  description = "The account. It is a part of each bucket's name, which must be the only one in the world."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is named by 12 digits."
  }
}

variable "log_days" {
  description = "Days for which access logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.log_days == floor(var.log_days) && var.log_days >= 30 && var.log_days <= 3653
    error_message = "Give 30 to 3653 whole days."
  }
}

variable "name" {
  description = "Begins the name of each bucket, as in plinth-123456789012-photos."
  type        = string
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "protected" {
  description = "Whether the bucket of logs refuses to be removed with logs in it. Stores that hold anything always refuse."
  type        = bool
  default     = true
  nullable    = false
}

variable "record_days" {
  description = "Days for which no version of a record can be removed: by nobody in mode COMPLIANCE, in GOVERNANCE by who has s3:BypassGovernanceRetention alone."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.record_days == floor(var.record_days) && var.record_days >= 1 && var.record_days <= 3653
    error_message = "Give 1 to 3653 whole days."
  }
}

variable "record_lock_mode" {
  description = "GOVERNANCE: who has s3:BypassGovernanceRetention may remove a record; COMPLIANCE: nobody, not even the account's owner."
  type        = string
  default     = "GOVERNANCE"
  nullable    = false

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.record_lock_mode)
    error_message = "The mode is GOVERNANCE or COMPLIANCE."
  }
}

variable "region" {
  description = "Region of the load balancers that deliver logs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give a region's name, as in eu-central-1."
  }
}

variable "replaced_days" {
  description = "Days for which an object that was overwritten or deleted can be had back."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.replaced_days == floor(var.replaced_days) && var.replaced_days >= 7 && var.replaced_days <= 3653
    error_message = "Give 7 to 3653 whole days."
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
