variable "region" {
  description = "Region of the machine."
  type        = string
  default     = "eu-central-1"
}

variable "vpc_id" {
  description = "VPC in which the machine runs."
  type        = string
}

variable "subnet_id" {
  description = "Subnet in which it runs."
  type        = string
}

variable "availability_zone" {
  description = "Zone of the subnet."
  type        = string
}

variable "binary_bucket" {
  description = "Bucket that holds the binary."
  type        = string
}

variable "binary_key" {
  description = "Its key."
  type        = string
}

variable "binary_sha256" {
  description = "What sha256sum prints of it."
  type        = string
}

variable "login_token_arn" {
  description = "ARN of the SSM parameter (SecureString) with the token with which people log in."
  type        = string
}

variable "networks" {
  description = "Networks that may reach the page and the front door."
  type        = list(string)
}
