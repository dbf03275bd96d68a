# Applies with a launcher that does nothing, and looks at what the state says after. The state is the test's own.

variables {
  environment       = "production"
  launcher          = "/bin/true"
  payload           = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  payload_file      = "/payload.json"
  source_repository = "/repository"
}

run "says_what_was_applied" {
  assert {
    condition     = output.payload == var.payload && output.environment == "production" && output.port == 0
    error_message = "The outputs must say what was applied."
  }
}

run "follows_another_payload" {
  variables {
    payload = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  }
  assert {
    condition     = output.payload == var.payload
    error_message = "The outputs must say what was applied last."
  }
}

run "says_that_nothing_is_left" {
  variables {
    payload = ""
  }
  assert {
    condition     = output.payload == ""
    error_message = "Without a release the outputs must name no payload."
  }
}
