output "destination_arn" {
  description = "ARN of the destination that the accounts' filters send to in this region."
  value       = var.create ? local.destination_arn : null
}

output "policy_bytes" {
  description = "How long the destination's policy is; CloudWatch Logs takes 5,120 bytes."
  value       = length(local.policy)
}
