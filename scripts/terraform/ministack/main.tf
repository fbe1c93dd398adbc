# Hub and spoke on MiniStack, an emulator of AWS that others wrote: scripts/terraform/ministack.sh applies and
# destroys what it can do.
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}


variable "packages" {
  description = "Folder with the functions' zips."
  type        = string
}

# A 12-digit access key is an account there.
provider "aws" {
  region            = "eu-central-1"
  access_key        = "999999999999"
  secret_key        = "x"
  s3_use_path_style = true
}
provider "aws" {
  alias             = "spoke"
  region            = "eu-central-1"
  access_key        = "111111111111"
  secret_key        = "x"
  s3_use_path_style = true
}

module "hub" {
  source = "../terraform/modules/hub"

  account_ids   = ["111111111111"]
  external_id   = "4711-acme"
  package_dir   = var.packages
  configuration = "receivers: [{name: all, folder: {path: cards}}]"
  force_destroy = true
}

module "hub_region" {
  source = "../terraform/modules/hub-region"

  account_ids      = ["111111111111"]
  target_arn       = module.hub.firehose_arn
  alert_queue_arn  = module.hub.alert_queue_arn
  alarm_topic_arns = { spoke = module.spoke_region.topic_arn }
}

module "spoke" {
  source    = "../terraform/modules/spoke"
  providers = { aws = aws.spoke }

  hub_account_id     = module.hub.account_id
  hub_bus_arn        = module.hub.bus_arn
  entering_role_arns = module.hub.entering_role_arns
  external_id        = "4711-acme"
}

module "spoke_region" {
  source    = "../terraform/modules/spoke-region"
  providers = { aws = aws.spoke }

  hub_account_id  = module.hub.account_id
  hub_bus_arn     = module.hub.bus_arn
  alert_queue_arn = module.hub.alert_queue_arn
  events_role_arn = module.spoke.events_role_arn
}
