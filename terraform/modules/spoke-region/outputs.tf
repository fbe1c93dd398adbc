output "topic_arn" {
  description = "ARN of the alarms' topic: a value of alarm_topic_arns of hub-region."
  value       = one(aws_sns_topic_policy.alarms[*].arn) # once it may be subscribed to
}

output "rules" {
  description = "Names of the rules."
  value       = sort([for r in aws_cloudwatch_event_rule.this : r.name])
}
