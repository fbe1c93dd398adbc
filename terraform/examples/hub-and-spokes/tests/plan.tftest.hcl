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

mock_provider "aws" {
  alias = "hub_ireland"

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "999999999999" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

mock_provider "aws" {
  alias = "web"

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

mock_provider "aws" {
  alias = "web_ireland"

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

mock_provider "aws" {
  alias = "booking"

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "222222222222" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

mock_provider "aws" {
  alias = "booking_ireland"

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "222222222222" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

variables {
  slack_token_arn = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
  package_bucket  = "releases"
  package_prefix  = "seamark/1.0.0/"
  hub_role_arn    = "arn:aws:iam::999999999999:role/terraform"
  spokes = {
    web     = { account_id = "111111111111", role_arn = "arn:aws:iam::111111111111:role/terraform" }
    booking = { account_id = "222222222222", role_arn = "arn:aws:iam::222222222222:role/terraform" }
  }
}

run "plan" {
  command = plan

  assert {
    condition     = output.destinations == ["arn:aws:logs:eu-central-1:999999999999:destination:seamark", "arn:aws:logs:eu-west-1:999999999999:destination:seamark"]
    error_message = "The hub has a destination in each region."
  }
  assert {
    condition     = output.collector_roles == ["arn:aws:iam::111111111111:role/seamark/seamark-collector", "arn:aws:iam::222222222222:role/seamark/seamark-collector"]
    error_message = "Each account has the collector's role."
  }
  assert {
    condition     = yamldecode(module.hub.configuration).accounts == [{ id = "111111111111", alias = "web" }, { id = "222222222222", alias = "booking" }] && yamldecode(module.hub.configuration).regions == ["eu-central-1", "eu-west-1"]
    error_message = "The collector looks after both accounts in both regions."
  }
}
