output "account_id" {
  description = "The hub's account: hub_account_id of the spokes."
  value       = local.account_id
}

output "bucket" {
  description = "Name of the bucket."
  value       = local.bucket
}

output "lake" {
  description = "The lake, as `seamark` takes it: seamark query --lake …"
  value       = local.lake_url
}

output "bus_arn" {
  description = "ARN of the event bus: hub_bus_arn of the spokes."
  value       = local.bus_arn
}

output "firehose_arn" {
  description = "ARN that the Logs destinations send to: target_arn of hub-region. A Kinesis stream where that is Firehose's source."
  value       = coalesce(var.kinesis_stream_arn, local.firehose_arn)
}

output "alert_queue_arn" {
  description = "ARN of the queue that hears of alarms: alert_queue_arn of hub-region."
  value       = try(local.queues["alert"].arn, null)
}

output "entering_role_arns" {
  description = "Roles that enter the accounts, the collector's and the alerter's: entering_role_arns of the spokes."
  value       = [for f in ["alerter", "collector"] : "${local.iam}:role/${var.name}-hub-${f}"]
}

output "functions" {
  description = "ARNs of the functions, by stage."
  value       = { for name, f in local.functions : name => f.arn }
}

output "queues" {
  description = "Of each queue: URL, ARN, and ARN of its dead-letter queue."
  value       = { for name, q in local.queues : name => { url = q.url, arn = q.arn, dead_letter_arn = q.dead_arn } }
}

output "schedules" {
  description = "What is done how often, by name."
  value       = { for name, s in local.schedules : name => s.rate }
}

output "alarms" {
  description = "Names of the alarms about Seamark itself, each with the page of its runbook."
  value       = { for name, a in local.alarms : "${var.name}-${name}" => "${var.runbooks_url}/${a.runbook}.md" }
}

output "operators_topic_arn" {
  description = "ARN of the topic that hears of those alarms."
  value       = var.create ? local.operators_arn : null
}

output "configuration" {
  description = "The configuration as the functions read it."
  value       = local.configuration
}

output "athena" {
  description = "Database and workgroup of Athena."
  value       = local.make_athena ? { database = local.database, workgroup = var.name } : null
}

output "opensearch_url" {
  description = "Address of the index, if there is one."
  value       = local.opensearch_url
}
