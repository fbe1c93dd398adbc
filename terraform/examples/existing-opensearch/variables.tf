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
  description = "Region of the hub and of the domain."
  type        = string
  default     = "eu-central-1"
}

variable "account_ids" {
  description = "Accounts that are looked after."
  type        = set(string)
}

variable "opensearch_url" {
  description = "Address of the domain: https://search-….eu-central-1.es.amazonaws.com"
  type        = string
}

variable "opensearch_domain_arn" {
  description = "Its ARN, since it is asked with IAM."
  type        = string
}

variable "slack_token_arn" {
  description = "ARN of the SSM parameter (SecureString) with the token of the Slack app that shows cards."
  type        = string
}
