# The hub indexes into a domain of OpenSearch Service that is there already. Its access policy must
# let the roles in output roles in, and its fine-grained access control must map them: see README.

provider "aws" {
  region = var.region
}

module "hub" {
  source = "../../modules/hub"

  account_ids           = var.account_ids
  external_id           = var.external_id
  package_bucket        = var.package_bucket
  package_prefix        = var.package_prefix
  configuration         = file("${path.module}/seamark.yml")
  secrets               = { SLACK_TOKEN = var.slack_token_arn }
  opensearch_url        = var.opensearch_url
  opensearch_domain_arn = var.opensearch_domain_arn
}

module "hub_region" {
  source = "../../modules/hub-region"

  account_ids = var.account_ids
  target_arn  = module.hub.firehose_arn
}
