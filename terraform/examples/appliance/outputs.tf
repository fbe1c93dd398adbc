output "instance_id" {
  description = "The machine: aws ssm start-session --target …"
  value       = module.appliance.instance_id
}

output "security_group_id" {
  description = "Its security group, for the load balancer's."
  value       = module.appliance.security_group_id
}
