variable "account_id" {
  description = "The account that the runners are in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is named by 12 digits."
  }
}

variable "connection_arn" {
  description = "CodeConnections connection to GitHub, which somebody has agreed to there by hand; empty with runners of one's own."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.hosting == "own" || can(regex("^arn:aws:code(connections|star-connections):[a-z0-9-]+:[0-9]{12}:connection/[a-z0-9-]+$", var.connection_arn))
    error_message = "CodeBuild's runners need the ARN of a connection to GitHub."
  }
}

variable "hosting" {
  description = "codebuild: a machine a job, started by CodeBuild; own: the team's own runners, put into the security group."
  type        = string
  default     = "codebuild"
  nullable    = false

  validation {
    condition     = contains(["codebuild", "own"], var.hosting)
    error_message = "Runners are CodeBuild's (codebuild) or one's own (own)."
  }
}

variable "image" {
  description = "What CodeBuild's machines have installed: an image of CodeBuild's own."
  type        = string
  default     = "aws/codebuild/standard:7.0"
  nullable    = false

  validation {
    condition     = can(regex("^aws/codebuild/[a-z0-9_-]+:[0-9.]+$", var.image))
    error_message = "Give an image of CodeBuild's own, as in aws/codebuild/standard:7.0."
  }
}

variable "job_minutes" {
  description = "Minutes after which a job is stopped, whatever its workflow says."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.job_minutes == floor(var.job_minutes) && var.job_minutes >= 5 && var.job_minutes <= 480
    error_message = "Give 5 to 480 whole minutes."
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

variable "machine" {
  description = "Size of CodeBuild's machines."
  type        = string
  default     = "BUILD_GENERAL1_MEDIUM"
  nullable    = false

  validation {
    condition     = can(regex("^BUILD_GENERAL1_(SMALL|MEDIUM|LARGE|XLARGE|2XLARGE)$", var.machine))
    error_message = "Give a size of CodeBuild, as in BUILD_GENERAL1_MEDIUM."
  }
}

variable "name" {
  description = "Begins the name of everything here, as in plinth-runners."
  type        = string
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "network" {
  description = "The network: what the module `network` says of itself."
  type = object({
    vpc_id                  = string
    private_subnet_ids      = list(string)
    private_route_table_ids = list(string)
    public_subnet_ids       = list(string)
  })
  nullable = false

  validation {
    condition     = length(var.network.private_subnet_ids) >= 2 && length(var.network.public_subnet_ids) >= 1
    error_message = "Give private subnets in two zones at least, and a public one for the way out."
  }
  validation {
    condition     = length(var.network.private_subnet_ids) == length(var.network.private_route_table_ids)
    error_message = "Give one route table a private subnet."
  }
}

variable "region" {
  description = "The region that the runners are in."
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

variable "tracking_uri" {
  description = "Where MLflow answers inside the network, as PLINTH_TRACKING_URI; null where jobs are told otherwise."
  type        = string
  default     = null

  validation {
    condition     = var.tracking_uri == null || can(regex("^https://[a-z0-9.-]+$", var.tracking_uri))
    error_message = "Give an address with https:// and without a path, or null."
  }
}

variable "workflow_names" {
  description = "Names of the workflows whose jobs get a machine; ci, which runs a pull request's code, is none of them."
  type        = set(string)
  default     = ["deploy", "drift", "judge", "promote", "retrain"]
  nullable    = false

  validation {
    condition     = length(var.workflow_names) > 0 && alltrue([for name in var.workflow_names : can(regex("^[a-z][a-z0-9-]*$", name)) && name != "ci"])
    error_message = "Name workflows by lower-case letters, digits and hyphens, and not ci: it runs what nobody has reviewed."
  }
}
