output "bucket" {
  description = "The bucket that holds all."
  value       = module.hub.bucket
}

output "lake" {
  description = "The lake: seamark query --lake …"
  value       = module.hub.lake
}

output "destinations" {
  description = "Where filters send to, by region."
  value       = [module.hub_frankfurt.destination_arn, module.hub_ireland.destination_arn]
}

output "collector_roles" {
  description = "Roles that the collector takes in the accounts."
  value       = [module.web.collector_role_arn, module.booking.collector_role_arn]
}

output "configuration" {
  description = "The configuration as the functions read it: seamark --config hub.yml"
  value       = module.hub.configuration
}
