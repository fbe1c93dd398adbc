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
  slack_token_arn    = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
  package_bucket     = "releases"
  package_prefix     = "seamark/1.0.0/"
  account_ids        = ["111111111111"]
  firehose_arn       = "arn:aws:firehose:eu-central-1:999999999999:deliverystream/company-logs"
  firehose_role_name = "company-firehose"
}

run "plan" {
  command = plan

  assert {
    condition     = module.hub.firehose_arn == "arn:aws:firehose:eu-central-1:999999999999:deliverystream/company-logs" && output.firehose_must.bucket == "seamark-999999999999-eu-central-1"
    error_message = "The destinations send to the Firehose that is there."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.firehose.policy).Statement[0].Resource == ["arn:aws:s3:::seamark-999999999999-eu-central-1/landing/*", "arn:aws:s3:::seamark-999999999999-eu-central-1/firehose-errors/*"]
    error_message = "Its role may write below landing/ and firehose-errors/, and nowhere else."
  }
}
