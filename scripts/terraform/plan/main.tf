# All modules in one plan that needs no AWS: keys that open nothing, and every account number said.
# checkov, parliament, the comparison with the CloudFormation template and AWS's rule engine read it.
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "opens"
  secret_key                  = "nothing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

locals {
  hub    = "999999999999"
  spoke  = "111111111111"
  id     = "4711-acme"
  org    = "o-a1b2c3d4e5"
  key    = "arn:aws:kms:eu-central-1:999999999999:key/00000000-0000-0000-0000-000000000000"
  bounds = "arn:aws:iam::111111111111:policy/bounds"
}

# As most have it: accounts in a list, a cluster of their own.
module "hub" {
  source = "../terraform/modules/hub"

  account_id            = local.hub
  account_ids           = [local.spoke, "222222222222"]
  external_id           = local.id
  package_bucket        = "releases"
  package_prefix        = "seamark/1.0.0/"
  configuration         = "receivers: [{name: all, folder: {path: cards}}]"
  opensearch_url        = "https://search.example.com"
  opensearch_domain_arn = "arn:aws:es:eu-central-1:999999999999:domain/search"
  secrets               = { SLACK_TOKEN = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token", TEAMS_URL = "arn:aws:secretsmanager:eu-central-1:999999999999:secret:teams-AbCdEf" }
}

# With everything: an organisation, a key, a domain, a network.
module "full" {
  source = "../terraform/modules/hub"

  name            = "full"
  account_id      = local.hub
  account_ids     = [local.spoke]
  organization_id = local.org
  external_id     = local.id
  package_bucket  = "releases"
  configuration   = "receivers: [{name: all, folder: {path: cards}}]"
  kms_key_arn     = local.key
  secret_key_arns = [local.key]
  secrets         = { SLACK_TOKEN = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token" }
  opensearch      = { admin_role_arn = "arn:aws:iam::999999999999:role/admin" }
  vpc             = { id = "vpc-1", cidr = "10.0.0.0/16", subnet_ids = ["subnet-1", "subnet-2"], route_table_ids = ["rtb-1"], endpoints = ["sqs"] }
}

# Firehose calls the transformer.
module "inline" {
  source = "../terraform/modules/hub"

  name            = "inline"
  account_id      = local.hub
  account_ids     = [local.spoke]
  external_id     = local.id
  package_bucket  = "releases"
  configuration   = "receivers: [{name: all, folder: {path: cards}}]"
  firehose_mode   = "inline"
  kms_key_arn     = local.key
  secret_key_arns = [local.key]
  secrets         = { SLACK_TOKEN = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token", TEAMS_URL = "arn:aws:secretsmanager:eu-central-1:999999999999:secret:teams-AbCdEf" }
  vpc             = { id = "vpc-1", cidr = "10.0.0.0/16", subnet_ids = ["subnet-1", "subnet-2"] }
}

# Nothing but a configuration: all accounts of an organisation.
module "organization" {
  source = "../terraform/modules/hub"

  create          = false
  account_id      = local.hub
  organization_id = local.org
  external_id     = local.id
  package_bucket  = "releases"
}

output "configurations" {
  value = { hub = module.hub.configuration, organization = module.organization.configuration }
}

module "hub_region" {
  source = "../terraform/modules/hub-region"

  account_id       = local.hub
  account_ids      = [local.spoke, "222222222222"]
  target_arn       = module.hub.firehose_arn
  alert_queue_arn  = module.hub.alert_queue_arn
  alarm_topic_arns = { (local.spoke) = "arn:aws:sns:eu-central-1:111111111111:seamark-alarms" }
}

module "full_region" {
  source = "../terraform/modules/hub-region"

  name            = "full"
  account_id      = local.hub
  organization_id = local.org
  target_arn      = module.full.firehose_arn
}

module "spoke" {
  source = "../terraform/modules/spoke"

  account_id         = local.spoke
  hub_account_id     = module.hub.account_id
  hub_bus_arn        = module.hub.bus_arn
  entering_role_arns = module.hub.entering_role_arns
  external_id        = local.id
}

module "full_spoke" {
  source = "../terraform/modules/spoke"

  name                 = "full"
  account_id           = local.spoke
  hub_account_id       = module.full.account_id
  hub_bus_arn          = module.full.bus_arn
  entering_role_arns   = module.full.entering_role_arns
  external_id          = local.id
  organization_id      = local.org
  deployment           = "acme"
  manage_access_logs   = true
  permissions_boundary = local.bounds
}

module "spoke_region" {
  source = "../terraform/modules/spoke-region"

  account_id      = local.spoke
  hub_account_id  = module.hub.account_id
  hub_bus_arn     = module.hub.bus_arn
  alert_queue_arn = module.hub.alert_queue_arn
}

module "full_spoke_region" {
  source = "../terraform/modules/spoke-region"

  name            = "full"
  account_id      = local.spoke
  hub_account_id  = module.full.account_id
  hub_bus_arn     = module.full.bus_arn
  alert_queue_arn = module.full.alert_queue_arn
}

module "appliance" {
  source = "../terraform/modules/appliance"

  account_id             = local.hub
  vpc_id                 = "vpc-1"
  subnet_id              = "subnet-1"
  availability_zone      = "eu-central-1a"
  ami_id                 = "ami-0123456789abcdef0"
  binary_bucket          = "releases"
  binary_key             = "seamark/1.0.0/seamark-linux-arm64"
  binary_sha256          = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  configuration          = "data: /var/lib/seamark\n"
  secrets                = { login-token = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/login-token" }
  lake_bucket            = "acme-logs"
  lake_prefix            = "logs/"
  collector_role_pattern = "arn:aws:iam::*:role/seamark/seamark-collector"
  allowed_cidrs          = ["10.0.0.0/8"]
}
