variable "account_id" {
  description = "The account that the roles are in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is named by 12 digits."
  }
}

variable "branch" {
  description = "The protected branch, whose commits alone are deployed."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.branch))
    error_message = "Name one branch, without a wildcard."
  }
}

variable "environments" {
  description = "Environments that have a deploy role."
  type        = list(string)
  default     = ["production", "staging"]
  nullable    = false

  validation {
    condition = length(var.environments) > 0 && length(distinct(var.environments)) == length(var.environments) && alltrue([
      for environment in var.environments : can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", environment)) && !contains(["build", "drift", "foundation", "look", "plan", "retrain"], environment)
    ])
    error_message = "Name different environments by 3 to 32 lower-case letters, digits and hyphens; build, drift, foundation, look, plan and retrain are taken."
  }
}

variable "hosted_zone_arns" {
  description = "Zones of Route 53 in which deploys may name the service; none where its name is kept elsewhere."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.hosted_zone_arns : can(regex("^arn:aws:route53:::hostedzone/[A-Z0-9]+$", arn))])
    error_message = "Give ARNs of zones, without a wildcard."
  }
}

variable "name" {
  description = "Begins the name of each role and policy."
  type        = string
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "region" {
  description = "The region that the roles work in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give a region's name, as in eu-central-1."
  }
}

variable "repository" {
  description = "The repository on GitHub, as in octo-org/plinth."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.repository))
    error_message = "Give the owner, a slash and the repository's name, without a wildcard."
  }
}

variable "repository_id" {
  description = "The repository's number on GitHub (`gh api repos/OWNER/NAME --jq .id`), which no other repository ever gets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository_id))
    error_message = "Give the repository's number."
  }
}

variable "state_bucket" {
  description = "Name of the bucket that Terraform's states lie in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "Give the name of a bucket, without a wildcard."
  }
}

variable "stores" {
  description = "Stores of photos and records, and the key that encrypts them: what the role plinth-retrain may read and add to. No job takes that role yet."
  type = object({
    photos_arn  = string
    records_arn = string
    key_arn     = string
  })
  nullable = false

  validation {
    condition     = alltrue([for arn in [var.stores.photos_arn, var.stores.records_arn] : can(regex("^arn:aws:s3:::[a-z0-9.-]+$", arn))])
    error_message = "Give the ARNs of two buckets, without a wildcard."
  }
}

variable "subject" {
  description = "Begins the subject of the repository's tokens: repo:OWNER@ID/NAME@ID where it was made or renamed since July 2026, else repo:OWNER/NAME. The README says how to ask GitHub."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^repo:[A-Za-z0-9][A-Za-z0-9-]*(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", var.subject))
    error_message = "Give repo:OWNER@ID/NAME@ID or repo:OWNER/NAME, without a wildcard."
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

variable "workflows" {
  description = "Files of .github/workflows that deploy (and build), look for drift, plan and retrain."
  type = object({
    deploy  = optional(string, "deploy.yml")
    drift   = optional(string, "drift.yml")
    plan    = optional(string, "plan.yml")
    retrain = optional(string, "retrain.yml")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for file in values(var.workflows) : can(regex("^[a-z0-9_-]+[.]ya?ml$", file))])
    error_message = "Name files of .github/workflows, without a wildcard."
  }
}
