# What the network is like. The provider is a stand-in: nothing is made.

mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                = "plinth-staging"
  zones               = ["eu-central-1a", "eu-central-1b"]
  interface_endpoints = ["ecr.api", "logs"]
}

run "example" {
  module {
    source = "./tests/example"
  }

  assert {
    condition     = length(output.private_subnet_ids) == 2
    error_message = "README.md's example must make a subnet a zone."
  }
}

run "private_subnets_have_no_way_out" {
  assert {
    condition     = length(aws_subnet.private) == 2 && length(aws_subnet.public) == 2
    error_message = "Each zone has a private and a public subnet."
  }
  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.private), values(aws_subnet.public)) : subnet.map_public_ip_on_launch != true])
    error_message = "No subnet may give public addresses."
  }
  assert {
    condition     = aws_route.internet.route_table_id == aws_route_table.public.id && alltrue([for table in aws_route_table.private : table.id != aws_route_table.public.id])
    error_message = "Only the public subnets' table has a route to the internet."
  }
  assert {
    condition     = length(setintersection([for subnet in aws_subnet.private : subnet.cidr_block], [for subnet in aws_subnet.public : subnet.cidr_block])) == 0
    error_message = "Subnets have blocks of their own."
  }
}

run "endpoints_let_only_the_account_through" {
  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ecr.api", "logs"]) && alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "Each service that is named has an endpoint under its own name."
  }
  assert {
    condition = alltrue([
      for endpoint in concat(values(aws_vpc_endpoint.interface), values(aws_vpc_endpoint.gateway)) :
      jsondecode(endpoint.policy).Statement[0].Condition.StringEquals["aws:PrincipalAccount"] == "123456789012"
    ])
    error_message = "An endpoint lets only this account's principals through."
  }
  assert {
    condition     = length(jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement) == 2
    error_message = "Beside the account, S3's endpoint lets image layers through, and nothing else."
  }
}

run "needs_no_endpoint_at_all" {
  variables {
    gateway_endpoints   = []
    interface_endpoints = []
  }

  assert {
    condition     = output.s3_prefix_list_id == null && length(aws_vpc_endpoint.interface) == 0
    error_message = "A network may have no endpoint."
  }
}

run "traffic_is_logged_and_the_log_encrypted" {
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.retention_in_days == 365 && aws_kms_key.flow_logs.enable_key_rotation
    error_message = "All traffic is logged, for a year, under a key that is rotated."
  }
}
