# An environment of this machine: a payload that lies on it, and a service that runs it.
#
# terraform_data can't see what became of the processes that it started. Whoever applies this looks first (`delivery local observe`),
# and says -replace=terraform_data.service[0] where something else runs than the state has. Both commands do nothing where
# there is nothing to do, so that an apply may be repeated, and killed, at any time.
#
# Values reach the commands as environment variables: no value of a release is ever read by the shell.

locals {
  released = var.payload == "" ? 0 : 1
  words = {
    ENVIRONMENT       = var.environment
    INSTALLED         = tostring(var.installed)
    LAUNCHER          = var.launcher
    PAYLOAD           = var.payload
    PAYLOAD_FILE      = var.payload_file
    PORT              = tostring(var.port)
    SOURCE_REPOSITORY = var.source_repository
  }
}

resource "terraform_data" "payload" {
  count            = local.released
  triggers_replace = [var.payload]

  provisioner "local-exec" {
    command     = "test \"$INSTALLED\" = true || exec \"$LAUNCHER\" delivery local install \"$PAYLOAD_FILE\" --source \"$SOURCE_REPOSITORY\""
    environment = local.words
  }
}

resource "terraform_data" "service" {
  count            = local.released
  triggers_replace = [var.payload, var.port]
  input            = var.payload

  provisioner "local-exec" {
    command     = "exec \"$LAUNCHER\" delivery local run \"$ENVIRONMENT\" \"$PAYLOAD\" --port \"$PORT\""
    environment = local.words
  }

  depends_on = [terraform_data.payload]
}
