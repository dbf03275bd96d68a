variable "account_id" {
  description = "The account; credentials of another one are refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is named by 12 digits."
  }
}

variable "alert_emails" {
  description = "Who hears of money and backups."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.alert_emails) > 0 && length(var.alert_emails) <= 10 && alltrue([for email in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", email))])
    error_message = "Give one to ten e-mail addresses: an alarm that nobody hears is none."
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

variable "budget_usd" {
  description = "What a month may cost, in US dollars: mail is sent at 80 % spent, and when a forecast is above it."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.budget_usd > 0
    error_message = "Give a sum above nothing."
  }
}

variable "cidr_block" {
  description = "Addresses of the foundation's network: others than the environments', in case they are ever joined."
  type        = string
  default     = "10.10.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9.]+/(1[6-9]|20)$", var.cidr_block)) && can(cidrhost(var.cidr_block, 0))
    error_message = "Give an IPv4 block of 16 to 20 bits, as in 10.10.0.0/16."
  }
}

variable "connection_arn" {
  description = "CodeConnections connection to GitHub, which somebody has agreed to there by hand; empty with runners of one's own."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.runners == "own" || can(regex("^arn:aws:code(connections|star-connections):[a-z0-9-]+:[0-9]{12}:connection/[a-z0-9-]+$", var.connection_arn))
    error_message = "CodeBuild's runners need the ARN of a connection to GitHub."
  }
}

variable "copies" {
  description = "Whether the plan here copies database and folders once a day; false where the organisation's own plan does."
  type        = bool
  default     = true
  nullable    = false
}

variable "cost_center" {
  description = "Whom the bill is for, as a tag."
  type        = string
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,64}$", var.cost_center))
    error_message = "Give up to 64 letters, digits, dots, underscores and hyphens."
  }
}

variable "environments" {
  description = "Environments that stand on this foundation."
  type        = list(string)
  default     = ["production", "staging"]
  nullable    = false

  validation {
    condition     = length(var.environments) > 0 && alltrue([for environment in var.environments : contains(["production", "staging"], environment)])
    error_message = "There are two environments: staging and production."
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

variable "owner" {
  description = "Who answers for what is here, as a tag."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._@-]{1,64}$", var.owner))
    error_message = "Give up to 64 letters, digits, dots, underscores, @ and hyphens."
  }
}

variable "protected" {
  description = "Whether database, load balancer and the bucket of logs refuse to be deleted. It is turned off, and applied, before anything is removed."
  type        = bool
  default     = true
  nullable    = false
}

variable "records" {
  description = "For how many days no version of a record can be removed, and by whom (GOVERNANCE: but by whoever may bypass it; COMPLIANCE: by nobody)."
  type = object({
    days      = optional(number, 365)
    lock_mode = optional(string, "GOVERNANCE")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.records.days == floor(var.records.days) && var.records.days >= 1 && var.records.days <= 3653
    error_message = "Give 1 to 3653 whole days."
  }
  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.records.lock_mode)
    error_message = "The mode is GOVERNANCE or COMPLIANCE."
  }
}

variable "region" {
  description = "The region that everything is in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give a region's name, as in eu-central-1."
  }
}

variable "registry" {
  description = "MLflow: its name inside the network, that name's certificate, its image by digest (empty: nothing runs yet), days of backups, and its database."
  type = object({
    domain_name     = string
    certificate_arn = string
    image           = optional(string, "")
    backup_days     = optional(number, 14)
    database = optional(object({
      version        = optional(string, "17.5")
      instance_class = optional(string, "db.t4g.small")
      storage_gb     = optional(number, 20)
      two_zones      = optional(bool, true)
    }), {})
  })
  nullable = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,}$", var.registry.domain_name))
    error_message = "Give a full domain name in lower case, as in mlflow.plinth.example."
  }
  validation {
    condition     = can(regex("^([a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64})?$", var.registry.image))
    error_message = "An image is named by its digest (REPOSITORY@sha256:...), never by a tag."
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
  description = "The repository's number on GitHub, which no other repository ever gets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository_id))
    error_message = "Give the repository's number."
  }
}

variable "runners" {
  description = "codebuild: a machine a job, started by CodeBuild; own: the team's own runners, put into the runners' security group."
  type        = string
  default     = "codebuild"
  nullable    = false

  validation {
    condition     = contains(["codebuild", "own"], var.runners)
    error_message = "Runners are CodeBuild's (codebuild) or one's own (own)."
  }
}

variable "state_bucket" {
  description = "Name of the bucket that Terraform's states lie in, made beforehand (state-bucket.yaml)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "Give the name of a bucket, without a wildcard."
  }
}

variable "subject" {
  description = "Begins the subject of the repository's tokens: repo:OWNER@ID/NAME@ID where it was made or renamed since July 2026, else repo:OWNER/NAME."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^repo:[A-Za-z0-9][A-Za-z0-9-]*(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", var.subject))
    error_message = "Give repo:OWNER@ID/NAME@ID or repo:OWNER/NAME, without a wildcard."
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
}
