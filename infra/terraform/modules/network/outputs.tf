output "cidr_block" {
  description = "Addresses of the network."
  value       = aws_vpc.this.cidr_block
}

output "endpoint_security_group_id" {
  description = "Security group of the interface endpoints: let a client's group send 443 to it."
  value       = aws_security_group.endpoints.id
}

output "private_route_table_ids" {
  description = "Route tables of the private subnets, one a zone, in the order of the zones."
  value       = [for zone in var.zones : aws_route_table.private[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets without a way to or from the internet, one a zone, in the order of the zones."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "public_subnet_ids" {
  description = "Subnets for load balancers, one a zone, in the order of the zones."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "s3_prefix_list_id" {
  description = "Prefix list of S3 in the region, for egress rules; null without a gateway endpoint for s3."
  value       = one([for service, endpoint in aws_vpc_endpoint.gateway : endpoint.prefix_list_id if service == "s3"])
}

output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}
