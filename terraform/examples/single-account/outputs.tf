output "bucket" {
  description = "The bucket that holds all."
  value       = module.hub.bucket
}

output "lake" {
  description = "The lake: seamark query --lake …"
  value       = module.hub.lake
}
