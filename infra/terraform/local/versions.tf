# Built-in resources only: nothing is downloaded.
terraform {
  required_version = ">= 1.9"

  # Where the state lies is said at `init`: -backend-config=path=...
  backend "local" {}
}
