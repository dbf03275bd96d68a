variable "account_id" {
  description = "The account that the registry is in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is named by 12 digits."
  }
}

variable "artifacts" {
  description = "Bucket that MLflow keeps artifacts in, and the key that encrypts it."
  type = object({
    bucket     = string
    bucket_arn = string
    key_arn    = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.artifacts.bucket))
    error_message = "Give the name of a bucket."
  }
}

variable "backup_days" {
  description = "Days to any second of which (but the last five minutes) the database can be put back."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.backup_days == floor(var.backup_days) && var.backup_days >= 7 && var.backup_days <= 35
    error_message = "Give 7 to 35 whole days: a loss is often found late, and RDS keeps 35 at most."
  }
}

variable "certificate_arn" {
  description = "Certificate of the domain name, in ACM."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$", var.certificate_arn))
    error_message = "Give the ARN of a certificate in ACM."
  }
}

variable "clients" {
  description = "Security groups that may reach MLflow, by a name for each."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for name, _ in var.clients : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "Name clients by lower-case letters, digits and hyphens."
  }
}

variable "database" {
  description = "The database: Postgres version, class of its machine, storage in GB, and whether a second zone stands by."
  type = object({
    version        = optional(string, "17.5")
    instance_class = optional(string, "db.t4g.small")
    storage_gb     = optional(number, 20)
    two_zones      = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^1[4-9]([.][0-9]+)?$", var.database.version))
    error_message = "Give a version of Postgres from 14 on, as in 17.5."
  }
  validation {
    condition     = can(regex("^db[.][a-z0-9]+[.][a-z0-9]+$", var.database.instance_class))
    error_message = "Give a class of RDS, as in db.t4g.small."
  }
  validation {
    condition     = var.database.storage_gb == floor(var.database.storage_gb) && var.database.storage_gb >= 20 && var.database.storage_gb <= 1000
    error_message = "Give 20 to 1000 whole GB."
  }
}

variable "domain_name" {
  description = "Name under which clients in the network reach MLflow; the certificate's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,}$", var.domain_name))
    error_message = "Give a full domain name in lower case, as in mlflow.plinth.example."
  }
}

variable "image" {
  description = "Image that has MLflow and psycopg2, by its digest; empty while there is none, and nothing runs."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+@sha256:[0-9a-f]{64})?$", var.image))
    error_message = "An image is named by its digest (REPOSITORY@sha256:...), never by a tag."
  }
}

variable "image_repository_arn" {
  description = "ARN of the repository that the image is in, which MLflow's execution role may pull from."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9._/-]+$", var.image_repository_arn))
    error_message = "Give the ARN of a repository in ECR, without a wildcard."
  }
}

variable "log_bucket" {
  description = "Bucket that load balancers may deliver access logs to, under alb/."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.log_bucket))
    error_message = "Give the name of a bucket."
  }
}

variable "log_days" {
  description = "Days for which MLflow's log is kept; one of the terms that CloudWatch knows."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096], var.log_days)
    error_message = "CloudWatch keeps logs for 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 or 1096 days."
  }
}

variable "name" {
  description = "Begins the name of everything here, as in plinth-registry."
  type        = string
  default     = "plinth"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "A name is 3 to 20 lower-case letters, digits and hyphens, beginning with a letter: load balancers' names are short."
  }
}

variable "network" {
  description = "The network: what the module `network` says of itself."
  type = object({
    vpc_id                     = string
    private_subnet_ids         = list(string)
    endpoint_security_group_id = string
    s3_prefix_list_id          = string
  })
  nullable = false

  validation {
    condition     = length(var.network.private_subnet_ids) >= 2
    error_message = "Give private subnets in two zones at least."
  }
}

variable "protected" {
  description = "Whether database and load balancer refuse to be deleted. It is turned off, and applied, before anything is removed."
  type        = bool
  default     = true
  nullable    = false
}

variable "region" {
  description = "The region that the registry is in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give a region's name, as in eu-central-1."
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

variable "task" {
  description = "Size of MLflow's task, in Fargate's units: cpu (1024 is one) and memory in MB."
  type = object({
    cpu       = optional(number, 512)
    memory_mb = optional(number, 2048)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.task.cpu) && var.task.memory_mb >= 2 * var.task.cpu && var.task.memory_mb <= 8 * var.task.cpu
    error_message = "Fargate has 256, 512, 1024, 2048 or 4096 units with 2 to 8 MB a unit."
  }
}
