variable "account_id" {
  description = "The account, whose own policies govern the key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is named by 12 digits."
  }
}

variable "name" {
  description = "Begins the name of each repository, as in plinth/inference."
  type        = string
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "puller_arns" {
  description = "Roles that may pull: the execution roles of the environments and of what else runs an image."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.puller_arns) > 0 && alltrue([for arn in var.puller_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", arn))])
    error_message = "Name one role at least, each by its full ARN without a wildcard."
  }
}

variable "pusher_arns" {
  description = "Roles that may push, and pull what they pushed: the build's."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.pusher_arns) > 0 && alltrue([for arn in var.pusher_arns : can(regex("^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", arn))])
    error_message = "Name one role at least, each by its full ARN without a wildcard."
  }
}

variable "services" {
  description = "Services that have an image. Each has a repository."
  type        = set(string)
  default     = ["delivery", "inference", "log-router", "training"]
  nullable    = false

  validation {
    condition     = length(var.services) > 0 && alltrue([for service in var.services : can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", service))])
    error_message = "Name one service at least, each by 2 to 32 lower-case letters, digits and hyphens."
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

variable "untagged_days" {
  description = "Days after which an image that no tag names is removed."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.untagged_days == floor(var.untagged_days) && var.untagged_days >= 1 && var.untagged_days <= 365
    error_message = "Give 1 to 365 whole days."
  }
}
