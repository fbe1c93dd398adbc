variable "package_bucket" {
  description = "Bucket that holds the functions' zips: aws s3 cp --recursive dist/lambda s3://<bucket>/<prefix>"
  type        = string
}

variable "package_prefix" {
  description = "Where in it, such as seamark/1.4.0/."
  type        = string
}

variable "external_id" {
  description = "Any text that the roles in the accounts shall ask for."
  type        = string
  default     = "seamark-4711"
}

variable "hub_role_arn" {
  description = "Role with which terraform works in the hub's account."
  type        = string
}

variable "spokes" {
  description = "The two accounts: number, name for people, role with which terraform works there."
  type = object({
    web     = object({ account_id = string, role_arn = string })
    booking = object({ account_id = string, role_arn = string })
  })
}

variable "operator_emails" {
  description = "Who is told of alarms about Seamark itself."
  type        = set(string)
  default     = []
}

variable "slack_token_arn" {
  description = "ARN of the SSM parameter (SecureString) with the token of the Slack app that shows cards."
  type        = string
}
