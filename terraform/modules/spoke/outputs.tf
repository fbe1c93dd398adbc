output "account_id" {
  description = "Number of this account."
  value       = local.account_id
}

output "collector_role_arn" {
  description = "ARN of the role that the collector takes here."
  value       = var.create ? "${local.roles}${local.collector}" : null
}

output "events_role_arn" {
  description = "ARN of the role with which events go to the hub: events_role_arn of spoke-region."
  value       = var.create ? "${local.roles}${local.events}" : null
}

output "sender_role_arn" {
  description = "ARN of the sender's role, where the hub is open to an organisation."
  value       = local.make_sender ? "${local.roles}${local.sender}" : null
}
