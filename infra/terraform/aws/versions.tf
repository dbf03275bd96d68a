terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "= 5.100.0"
    }
  }

  # Which bucket and which key is said at `init`: -backend-config=bucket=... A state has a lock beside it, in the bucket.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
