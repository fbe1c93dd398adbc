# A hub and two accounts, each looked after in two regions. Providers cannot be looped over: what
# stands here four times is what a StackSet does for fifty accounts (cloudformation/spoke.yaml).

provider "aws" {
  region = "eu-central-1"
  assume_role {
    role_arn = var.hub_role_arn
  }
}
provider "aws" {
  alias  = "hub_ireland"
  region = "eu-west-1"
  assume_role {
    role_arn = var.hub_role_arn
  }
}
provider "aws" {
  alias  = "web"
  region = "eu-central-1"
  assume_role {
    role_arn = var.spokes.web.role_arn
  }
}
provider "aws" {
  alias  = "web_ireland"
  region = "eu-west-1"
  assume_role {
    role_arn = var.spokes.web.role_arn
  }
}
provider "aws" {
  alias  = "booking"
  region = "eu-central-1"
  assume_role {
    role_arn = var.spokes.booking.role_arn
  }
}
provider "aws" {
  alias  = "booking_ireland"
  region = "eu-west-1"
  assume_role {
    role_arn = var.spokes.booking.role_arn
  }
}

locals {
  account_ids = [for s in var.spokes : s.account_id]
  to_hub = {
    hub_account_id = module.hub.account_id
    hub_bus_arn    = module.hub.bus_arn
  }
}

# The hub, once, and its destination in each region.

module "hub" {
  source = "../../modules/hub"

  account_ids     = local.account_ids
  account_aliases = { for name, s in var.spokes : s.account_id => name }
  regions         = ["eu-central-1", "eu-west-1"]
  external_id     = var.external_id
  package_bucket  = var.package_bucket
  package_prefix  = var.package_prefix
  operator_emails = var.operator_emails
  configuration   = file("${path.module}/seamark.yml")
  secrets         = { SLACK_TOKEN = var.slack_token_arn }
}

module "hub_frankfurt" {
  source = "../../modules/hub-region"

  account_ids      = local.account_ids
  target_arn       = module.hub.firehose_arn
  alert_queue_arn  = module.hub.alert_queue_arn
  alarm_topic_arns = { web = module.web_frankfurt.topic_arn, booking = module.booking_frankfurt.topic_arn }
}

module "hub_ireland" {
  source    = "../../modules/hub-region"
  providers = { aws = aws.hub_ireland }

  account_ids      = local.account_ids
  target_arn       = module.hub.firehose_arn
  alert_queue_arn  = module.hub.alert_queue_arn
  alarm_topic_arns = { web = module.web_ireland.topic_arn, booking = module.booking_ireland.topic_arn }
}

# Each account, once, and its part in each region.

module "web" {
  source    = "../../modules/spoke"
  providers = { aws = aws.web }

  hub_account_id     = local.to_hub.hub_account_id
  hub_bus_arn        = local.to_hub.hub_bus_arn
  entering_role_arns = module.hub.entering_role_arns
  external_id        = var.external_id
}

module "web_frankfurt" {
  source    = "../../modules/spoke-region"
  providers = { aws = aws.web }

  hub_account_id  = local.to_hub.hub_account_id
  hub_bus_arn     = local.to_hub.hub_bus_arn
  alert_queue_arn = module.hub.alert_queue_arn
  events_role_arn = module.web.events_role_arn
}

module "web_ireland" {
  source    = "../../modules/spoke-region"
  providers = { aws = aws.web_ireland }

  hub_account_id  = local.to_hub.hub_account_id
  hub_bus_arn     = local.to_hub.hub_bus_arn
  alert_queue_arn = module.hub.alert_queue_arn
  events_role_arn = module.web.events_role_arn
}

module "booking" {
  source    = "../../modules/spoke"
  providers = { aws = aws.booking }

  hub_account_id     = local.to_hub.hub_account_id
  hub_bus_arn        = local.to_hub.hub_bus_arn
  entering_role_arns = module.hub.entering_role_arns
  external_id        = var.external_id
}

module "booking_frankfurt" {
  source    = "../../modules/spoke-region"
  providers = { aws = aws.booking }

  hub_account_id  = local.to_hub.hub_account_id
  hub_bus_arn     = local.to_hub.hub_bus_arn
  alert_queue_arn = module.hub.alert_queue_arn
  events_role_arn = module.booking.events_role_arn
}

module "booking_ireland" {
  source    = "../../modules/spoke-region"
  providers = { aws = aws.booking_ireland }

  hub_account_id  = local.to_hub.hub_account_id
  hub_bus_arn     = local.to_hub.hub_bus_arn
  alert_queue_arn = module.hub.alert_queue_arn
  events_role_arn = module.booking.events_role_arn
}
