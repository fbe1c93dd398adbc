output "bucket" {
  description = "The bucket that holds all."
  value       = module.hub.bucket
}

output "lake" {
  description = "The lake: seamark query --lake …"
  value       = module.hub.lake
}

output "roles" {
  description = "Roles that the domain must let in: the indexer writes, the alerter reads."
  value       = [for f in ["indexer", "alerter"] : "arn:aws:iam::${module.hub.account_id}:role/seamark-hub-${f}"]
}

output "configuration" {
  description = "The configuration as the functions read it: seamark --config hub.yml"
  value       = module.hub.configuration
}
