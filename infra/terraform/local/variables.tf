variable "environment" {
  description = "Which environment this is. Each has a state of its own."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "There are two environments: staging and production."
  }
}

variable "installed" {
  description = "Whether whoever applies this has just installed the payload, as a deploy does before it asks again what is wanted."
  type        = bool
  default     = false
  nullable    = false
}

variable "launcher" {
  description = "Path of bin/plinth, which runs the host's commands."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.launcher, "/")
    error_message = "Give an absolute path: commands run in a folder of Terraform's."
  }
}

variable "payload" {
  description = "Digest of the payload that the environment should run; empty where nothing is released."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(sha256:[0-9a-f]{64})?$", var.payload))
    error_message = "A payload is named by its digest (sha256: and 64 hexadecimal digits), never by a tag."
  }
}

variable "payload_file" {
  description = "Path of the payload as JSON, which the host installs."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.payload_file, "/") && endswith(var.payload_file, ".json")
    error_message = "Give the absolute path of a .json file."
  }
}

variable "port" {
  description = "Port that the environment answers on; 0 lets the host take a free one and keep it."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.port == floor(var.port) && (var.port == 0 || (var.port >= 1024 && var.port <= 65535))
    error_message = "A port is 0, or a whole number from 1024 to 65535."
  }
}

variable "source_repository" {
  description = "Path of the git repository that has the commit of the payload's code."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.source_repository, "/")
    error_message = "Give an absolute path: commands run in a folder of Terraform's."
  }
}
