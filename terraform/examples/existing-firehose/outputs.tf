output "bucket" {
  description = "The bucket that holds all."
  value       = module.hub.bucket
}

output "lake" {
  description = "The lake: seamark query --lake …"
  value       = module.hub.lake
}

output "firehose_must" {
  description = "What the S3 destination of your Firehose must say."
  value = {
    bucket              = module.hub.bucket
    prefix              = "landing/!{timestamp:yyyy/MM/dd/HH}/"
    error_output_prefix = "firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    compression_format  = "UNCOMPRESSED"
  }
}

output "configuration" {
  description = "The configuration as the functions read it: seamark --config hub.yml"
  value       = module.hub.configuration
}
