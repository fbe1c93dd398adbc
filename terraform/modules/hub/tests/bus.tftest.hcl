# The event bus: who may put, and where what goes. AWS's own rule engine reads the patterns in scripts/terraform.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_ids    = ["111111111111", "222222222222"]
  external_id    = "4711-acme"
  configuration  = "receivers: [{name: all, folder: {path: cards}}]"
  package_bucket = "releases"
  package_prefix = "seamark/1.0.0/"
  opensearch_url = "https://search.example.com"
}

run "bus" {
  command = plan

  assert {
    condition = jsondecode(aws_cloudwatch_event_bus_policy.this[0].policy).Statement == [{
      Sid       = "Spokes", Effect = "Allow", Action = "events:PutEvents"
      Principal = { AWS = ["111111111111", "222222222222"] }
      Resource  = "arn:aws:events:eu-central-1:999999999999:event-bus/seamark"
      Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/seamark/seamark-events" } }
    }]
    error_message = "The events role of the accounts that are looked after may put, and nobody else."
  }
  assert {
    condition = { for name, r in aws_cloudwatch_event_rule.bus : name => jsondecode(r.event_pattern) } == {
      collect = { detail-type = [{ anything-but = ["CloudWatch Alarm State Change"] }] }
      alert   = { source = ["aws.cloudwatch"], detail-type = ["CloudWatch Alarm State Change"], detail = { alarmName = [{ prefix = "seamark/" }] } }
    }
    error_message = "Seamark's alarms go to alert, all that is no alarm to collect."
  }
  assert {
    condition     = { for name, t in aws_cloudwatch_event_target.bus : name => t.arn } == { for name in ["alert", "collect"] : name => "arn:aws:sqs:eu-central-1:999999999999:seamark-${name}" }
    error_message = "The bus's rules send to the queues of their names."
  }
}

run "bus_of_an_organization" {
  command = plan

  variables {
    organization_id = "o-a1b2c3d4e5"
    account_ids     = []
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_bus_policy.this[0].policy).Statement == [{
      Sid       = "Spokes", Effect = "Allow", Action = "events:PutEvents"
      Principal = { AWS = ["*"] }
      Resource  = "arn:aws:events:eu-central-1:999999999999:event-bus/seamark"
      Condition = { ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::*:role/seamark/seamark-events" }, StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
    error_message = "With organization_id the events role of any of its accounts may put, and nobody else."
  }
}
