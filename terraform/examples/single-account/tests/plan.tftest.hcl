mock_provider "aws" {

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

variables {
  slack_token_arn = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
  package_bucket  = "releases"
  package_prefix  = "seamark/1.0.0/"
}

run "plan" {
  command = plan

  assert {
    condition     = output.lake == "s3://seamark-111111111111-eu-central-1" && module.spoke.collector_role_arn == "arn:aws:iam::111111111111:role/seamark/seamark-collector" && module.hub.entering_role_arns[1] == "arn:aws:iam::111111111111:role/seamark-hub-collector"
    error_message = "Hub and spoke stand in one account, under names that do not meet."
  }
}
