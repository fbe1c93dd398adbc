# What an account tells the hub, and whom its alarms tell. AWS's own rule engine reads the patterns in scripts/terraform.

mock_provider "aws" {
  source = "./tests/mocks"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:111111111111:seamark-alarms" }
  }
}

variables {
  hub_account_id  = "999999999999"
  hub_bus_arn     = "arn:aws:events:eu-west-1:999999999999:event-bus/seamark"
  alert_queue_arn = "arn:aws:sqs:eu-west-1:999999999999:seamark-alert"
}

run "region" {
  command = plan

  assert {
    condition     = { for name, r in aws_cloudwatch_event_rule.this : name => jsondecode(r.event_pattern) if name != "alarm-state" } == jsondecode(file("pattern.json"))
    error_message = "The rules are those of pattern.json."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["alarm-state"].event_pattern) == { source = ["aws.cloudwatch"], detail-type = ["CloudWatch Alarm State Change"], detail = { alarmName = [{ prefix = "seamark/" }] } }
    error_message = "The states of Seamark's alarms go to the hub, and of no others."
  }
  assert {
    condition     = alltrue([for name, r in aws_cloudwatch_event_rule.this : r.name == "seamark-${name}"])
    error_message = "The rules are called seamark-<rule>, as the events role's trust has it."
  }
  assert {
    condition     = alltrue([for t in aws_cloudwatch_event_target.this : t.arn == "arn:aws:events:eu-west-1:999999999999:event-bus/seamark" && t.role_arn == "arn:aws:iam::111111111111:role/seamark/seamark-events"]) && length(aws_cloudwatch_event_target.this) == 6
    error_message = "Each rule sends to the hub's bus with the events role."
  }
  assert {
    condition     = aws_sns_topic.alarms[0].name == "seamark-alarms"
    error_message = "The topic is what alarms.topic says: seamark-alarms."
  }
  assert {
    condition = { for s in jsondecode(aws_sns_topic_policy.alarms[0].policy).Statement : s.Sid => "${s.Effect} ${s.Action} ${jsonencode(s.Principal)} ${jsonencode(s.Condition)} ${s.Resource}" } == {
      Alarms  = "Allow sns:Publish {\"Service\":\"cloudwatch.amazonaws.com\"} {\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:cloudwatch:eu-central-1:111111111111:alarm:seamark/*\"},\"StringEquals\":{\"aws:SourceAccount\":\"111111111111\"}} arn:aws:sns:eu-central-1:111111111111:seamark-alarms"
      Hub     = "Allow sns:Subscribe {\"AWS\":\"arn:aws:iam::999999999999:root\"} {\"StringEquals\":{\"sns:Endpoint\":\"arn:aws:sqs:eu-west-1:999999999999:seamark-alert\",\"sns:Protocol\":\"sqs\"}} arn:aws:sns:eu-central-1:111111111111:seamark-alarms"
      TLSOnly = "Deny sns:Publish \"*\" {\"Bool\":{\"aws:SecureTransport\":\"false\"}} arn:aws:sns:eu-central-1:111111111111:seamark-alarms"
    }
    error_message = "Seamark's alarms of this account publish, the hub's alert queue subscribes, and nobody else does either."
  }
}

run "nothing" {
  command = plan

  variables {
    create = false
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.this) + length(aws_cloudwatch_event_target.this) + length(aws_sns_topic.alarms) + length(aws_sns_topic_policy.alarms) == 0
    error_message = "create = false makes nothing."
  }
}

run "apply" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:111111111111:key/00000000-0000-0000-0000-000000000000"
  }

  assert {
    condition     = output.topic_arn == "arn:aws:sns:eu-central-1:111111111111:seamark-alarms" && aws_sns_topic.alarms[0].kms_master_key_id == var.kms_key_arn
    error_message = "It is applied; a key of yours encrypts the topic."
  }
  assert {
    condition     = alltrue([for r in concat(values(aws_cloudwatch_event_rule.this), aws_sns_topic.alarms) : r.tags == tomap({ "seamark:component" = "seamark" })])
    error_message = "Everything carries the tags."
  }
}
