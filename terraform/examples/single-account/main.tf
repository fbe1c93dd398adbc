# One account in one region looks after itself. No OpenSearch: Athena answers all questions.

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "current" {}

module "hub" {
  source = "../../modules/hub"

  account_ids    = [data.aws_caller_identity.current.account_id]
  external_id    = var.external_id
  package_bucket = var.package_bucket
  package_prefix = var.package_prefix
  configuration  = file("${path.module}/seamark.yml")
  secrets        = { SLACK_TOKEN = var.slack_token_arn }
  athena         = { environments = ["prod", "staging", "unassigned"] }
}

module "hub_region" {
  source = "../../modules/hub-region"

  account_ids      = [module.hub.account_id]
  target_arn       = module.hub.firehose_arn
  alert_queue_arn  = module.hub.alert_queue_arn
  alarm_topic_arns = { (module.hub.account_id) = module.spoke_region.topic_arn }
}

module "spoke" {
  source = "../../modules/spoke"

  hub_account_id     = module.hub.account_id
  hub_bus_arn        = module.hub.bus_arn
  entering_role_arns = module.hub.entering_role_arns
  external_id        = var.external_id
}

module "spoke_region" {
  source = "../../modules/spoke-region"

  hub_account_id  = module.hub.account_id
  hub_bus_arn     = module.hub.bus_arn
  alert_queue_arn = module.hub.alert_queue_arn
  events_role_arn = module.spoke.events_role_arn
}
