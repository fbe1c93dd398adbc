output "bucket" {
  description = "The bucket that holds all."
  value       = module.hub.bucket
}

output "lake" {
  description = "The lake: seamark query --lake …"
  value       = module.hub.lake
}

output "configuration" {
  description = "The configuration as the functions read it: seamark --config hub.yml"
  value       = module.hub.configuration
}
