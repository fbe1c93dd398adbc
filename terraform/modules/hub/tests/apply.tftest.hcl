# The whole module is applied, against the provider's own schemas: what a plan cannot know (ARNs of
# what does not exist yet) is mocked, all else is computed.

mock_provider "aws" {
  source = "./tests/mocks"

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::999999999999:role/mock" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:999999999999:function:mock" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:999999999999:mock" }
  }
  mock_resource "aws_opensearch_domain" {
    defaults = { endpoint = "search-seamark.eu-central-1.es.amazonaws.com" }
  }
}

run "everything" {
  variables {
    account_ids     = ["111111111111", "222222222222"]
    organization_id = "o-a1b2c3d4e5"
    external_id     = "4711-acme"
    configuration   = "receivers: [{name: all, folder: {path: cards}}]"
    package_bucket  = "releases"
    kms_key_arn     = "arn:aws:kms:eu-central-1:999999999999:key/00000000-0000-0000-0000-000000000000"
    opensearch      = { admin_role_arn = "arn:aws:iam::999999999999:role/admin" }
    vpc             = { id = "vpc-1", cidr = "10.0.0.0/16", subnet_ids = ["subnet-1", "subnet-2"], route_table_ids = ["rtb-1"], endpoints = ["sqs"] }
    operator_emails = ["ops@example.com"]
    tags            = { owner = "platform" }
  }

  assert {
    condition     = output.opensearch_url == "https://search-seamark.eu-central-1.es.amazonaws.com" && yamldecode(output.configuration).opensearch.url == output.opensearch_url
    error_message = "The domain's address is an output, and the functions are told of it."
  }
  assert {
    condition = alltrue([for r in concat(
      values(aws_sqs_queue.this), values(aws_sqs_queue.dead), values(aws_lambda_function.this), values(aws_iam_role.function), values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_log_group.function),
      aws_s3_bucket.this, aws_kinesis_firehose_delivery_stream.this, aws_opensearch_domain.this, aws_cloudwatch_event_bus.this, aws_athena_workgroup.this, aws_sns_topic.operators, aws_security_group.functions,
    ) : r.tags == tomap({ "seamark:component" = "seamark", "owner" = "platform" })])
    error_message = "Everything carries the tags."
  }
}
