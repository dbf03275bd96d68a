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

variable "flow_log_days" {
  description = "Days for which the network's flow logs are kept; one of the terms that CloudWatch knows."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096], var.flow_log_days)
    error_message = "CloudWatch keeps logs for 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or 1096 days."
  }
}

variable "gateway_endpoints" {
  description = "Services that are reached by a route and cost nothing: s3, dynamodb."
  type        = set(string)
  default     = ["s3"]
  nullable    = false

  validation {
    condition     = alltrue([for service in var.gateway_endpoints : contains(["s3", "dynamodb"], service)])
    error_message = "AWS has gateway endpoints for s3 and dynamodb only."
  }
}

variable "interface_endpoints" {
  description = "Short names of the services that are reached by addresses inside the network (ecr.api, logs, ...). Each costs by the hour and zone."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9]+([.-][a-z0-9]+)*$", service))])
    error_message = "Give short names of services, as in ecr.api or secretsmanager."
  }
}

variable "name" {
  description = "Begins the name of everything in the network."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 32 lower-case letters, digits and hyphens, beginning with a letter."
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

variable "zones" {
  description = "Availability zones, two at least, so that the loss of one is no outage."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 4 && length(distinct(var.zones)) == length(var.zones)
    error_message = "Name two to four different zones."
  }
}
