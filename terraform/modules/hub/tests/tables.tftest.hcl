# Athena's tables after the collector has written them. Other values than were applied stand for that.

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

run "tables_first" {
  variables {
    account_ids    = ["111111111111"]
    external_id    = "4711-acme"
    configuration  = "receivers: [{name: all, folder: {path: cards}}]"
    package_bucket = "releases"
    athena         = { products = ["booking", "quote"], environments = ["prod", "qa"] }
  }
}

run "tables" {
  command = plan

  variables {
    account_ids    = ["111111111111"]
    external_id    = "4711-acme"
    configuration  = "receivers: [{name: all, folder: {path: cards}}]"
    package_bucket = "releases"
    athena         = {}
  }

  assert {
    condition = alltrue([for t in aws_glue_catalog_table.enumerated : t.parameters["projection.product.values"] == "booking,quote"]) && alltrue([
      for t in concat(values(aws_glue_catalog_table.enumerated), values(aws_glue_catalog_table.injected)) : t.parameters["projection.environment.values"] == "prod,qa"
    ])
    error_message = "What the collector adds to the lists of products and environments terraform leaves there."
  }
}
