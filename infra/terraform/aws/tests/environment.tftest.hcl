# What an environment is. The provider is a stand-in: nothing is made. The payload's file lies beside the tests.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  account_id          = "123456789012"
  api_keys_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:plinth/staging/api-keys-AbCdEf"
  certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  cost_center         = "plinth"
  domain_name         = "staging.plinth.example"
  environment         = "staging"
  owner               = "ml-platform"
  payload             = ""
  payload_file        = "/payload.json"
  region              = "eu-central-1"
  zones               = ["eu-central-1a", "eu-central-1b"]
}

run "stands_without_a_release" {
  assert {
    condition     = output.payload == "" && output.image == "" && output.task_definition_arn == null
    error_message = "Nothing is released, so nothing runs."
  }
  assert {
    condition     = output.service_url == "https://staging.plinth.example" && output.environment == "staging"
    error_message = "The outputs must say what was applied."
  }
  assert {
    condition     = length(aws_route53_record.service) == 0
    error_message = "Without a zone the domain's record is made elsewhere."
  }
}

run "runs_the_image_that_the_payload_names" {
  variables {
    hosted_zone_id = "Z0123456789ABCDEFGHIJ"
    payload        = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    payload_file   = abspath("tests/payload.json")
  }

  assert {
    condition     = output.payload == var.payload && output.image == "sha256:1111111111111111111111111111111111111111111111111111111111111111"
    error_message = "The payload's file says which image runs."
  }
  assert {
    condition     = length(aws_route53_record.service) == 1
    error_message = "With a zone the domain's record is made here."
  }
}
