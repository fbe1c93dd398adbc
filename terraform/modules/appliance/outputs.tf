output "instance_id" {
  description = "The machine: aws ssm start-session --target …"
  value       = one(aws_instance.this[*].id)
}

output "private_ip" {
  description = "Its address inside the VPC."
  value       = one(aws_instance.this[*].private_ip)
}

output "volume_id" {
  description = "The data volume."
  value       = one(aws_ebs_volume.data[*].id)
}

output "role_arn" {
  description = "The machine's role, one of entering_role_arns of the spokes."
  value       = var.create ? "arn:${local.partition}:iam::${local.account_id}:role/${var.name}-machine" : null
}

output "security_group_id" {
  description = "Security group of the machine."
  value       = one(aws_security_group.this[*].id)
}
