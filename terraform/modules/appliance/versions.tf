terraform {
  required_version = ">= 1.9" # validation blocks that look at other variables

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 6.0"
    }
  }
}
