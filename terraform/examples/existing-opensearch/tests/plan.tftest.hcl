mock_provider "aws" {

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "999999999999" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

variables {
  slack_token_arn       = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
  package_bucket        = "releases"
  package_prefix        = "seamark/1.0.0/"
  account_ids           = ["111111111111"]
  opensearch_url        = "https://search-acme.eu-central-1.es.amazonaws.com"
  opensearch_domain_arn = "arn:aws:es:eu-central-1:999999999999:domain/acme"
}

run "plan" {
  command = plan

  assert {
    condition     = contains(keys(module.hub.functions), "indexer") && try(yamldecode(module.hub.configuration).opensearch.url, "") == "https://search-acme.eu-central-1.es.amazonaws.com"
    error_message = "There is an indexer, and it knows the domain."
  }
  assert {
    condition     = output.roles == ["arn:aws:iam::999999999999:role/seamark-hub-indexer", "arn:aws:iam::999999999999:role/seamark-hub-alerter"]
    error_message = "The roles to be let in are those of indexer and alerter."
  }
}
