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

variable "region" {
  description = "Region of the hub and of the Firehose."
  type        = string
  default     = "eu-central-1"
}

variable "account_ids" {
  description = "Accounts that are looked after."
  type        = set(string)
}

variable "firehose_arn" {
  description = "Your Firehose. Its S3 destination must be as output firehose_must says."
  type        = string
}

variable "firehose_role_name" {
  description = "Its role, which gets the right to write below landing/."
  type        = string
}

variable "slack_token_arn" {
  description = "ARN of the SSM parameter (SecureString) with the token of the Slack app that shows cards."
  type        = string
}
