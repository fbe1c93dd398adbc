# The destination admits exactly the accounts that are looked after.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_ids     = ["222222222222", "111111111111"]
  target_arn      = "arn:aws:firehose:eu-west-1:999999999999:deliverystream/seamark"
  alert_queue_arn = "arn:aws:sqs:eu-west-1:999999999999:seamark-alert"
}

run "accounts" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::999999999999:policy/bounds"
    alarm_topic_arns     = { "111111111111" = "arn:aws:sns:eu-central-1:111111111111:seamark-alarms" }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_log_destination_policy.this[0].access_policy).Statement == [{
      Effect    = "Allow", Action = "logs:PutSubscriptionFilter"
      Principal = { AWS = ["111111111111", "222222222222"] }
      Resource  = "arn:aws:logs:eu-central-1:999999999999:destination:seamark"
    }]
    error_message = "The accounts that are listed may put filters to this destination, and nobody else."
  }
  assert {
    condition     = aws_cloudwatch_log_destination.this[0].name == "seamark" && aws_cloudwatch_log_destination.this[0].target_arn == "arn:aws:firehose:eu-west-1:999999999999:deliverystream/seamark" && aws_cloudwatch_log_destination.this[0].role_arn == "arn:aws:iam::999999999999:role/seamark-destination-eu-central-1"
    error_message = "The destination sends to the hub's Firehose with the role of its region."
  }
  assert {
    condition     = aws_cloudwatch_log_destination_policy.this[0].force_update
    error_message = "Accounts may be exchanged for an organisation although filters exist."
  }
  assert {
    condition = jsondecode(aws_iam_role.destination[0].assume_role_policy).Statement == [{
      Effect    = "Allow", Action = "sts:AssumeRole", Principal = { Service = "logs.amazonaws.com" }
      Condition = { StringLike = { "aws:SourceArn" = "arn:aws:logs:eu-central-1:*:*" } }
    }]
    error_message = "CloudWatch Logs of this region takes the role, and nobody else."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.destination[0].policy).Statement == [{ Sid = "Send", Effect = "Allow", Action = ["firehose:PutRecord", "firehose:PutRecordBatch"], Resource = ["arn:aws:firehose:eu-west-1:999999999999:deliverystream/seamark"] }]
    error_message = "The role may put records into that stream; nothing else."
  }
  assert {
    condition     = aws_iam_role.destination[0].permissions_boundary == "arn:aws:iam::999999999999:policy/bounds"
    error_message = "The boundary bounds the role."
  }
  assert {
    condition     = { for k, s in aws_sns_topic_subscription.alarms : k => "${s.topic_arn} ${s.protocol} ${s.endpoint}" } == { "111111111111" = "arn:aws:sns:eu-central-1:111111111111:seamark-alarms sqs arn:aws:sqs:eu-west-1:999999999999:seamark-alert" }
    error_message = "The alert queue subscribes to the topics that are named."
  }
}

run "organization" {
  command = plan

  variables {
    account_ids     = []
    organization_id = "o-a1b2c3d4e5"
    target_arn      = "arn:aws:kinesis:eu-west-1:999999999999:stream/logs"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_log_destination_policy.this[0].access_policy).Statement == [{
      Effect    = "Allow", Action = "logs:PutSubscriptionFilter"
      Principal = { AWS = ["*"] }
      Resource  = "arn:aws:logs:eu-central-1:999999999999:destination:seamark"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
    error_message = "With organization_id its accounts may put filters to this destination, and nobody else."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.destination[0].policy).Statement[0].Action == ["kinesis:PutRecord", "kinesis:PutRecords"]
    error_message = "Into a Kinesis stream records are put as Kinesis has it."
  }
}

run "as_many_as_fit" {
  command = plan

  variables {
    account_ids = [for i in range(328) : format("%012d", i)]
  }

  assert {
    condition     = output.policy_bytes <= 5120 && output.policy_bytes + 15 > 5120
    error_message = "328 accounts fit, and no more."
  }
}

run "too_many" {
  command = plan

  variables {
    account_ids = [for i in range(329) : format("%012d", i)]
  }

  expect_failures = [aws_cloudwatch_log_destination_policy.this]
}

run "nothing" {
  command = plan

  variables {
    create           = false
    alarm_topic_arns = { "111111111111" = "arn:aws:sns:eu-central-1:111111111111:seamark-alarms" }
  }

  assert {
    condition     = length(aws_iam_role.destination) + length(aws_cloudwatch_log_destination.this) + length(aws_cloudwatch_log_destination_policy.this) + length(aws_sns_topic_subscription.alarms) == 0
    error_message = "create = false makes nothing."
  }
}

run "apply" {
  assert {
    condition     = output.destination_arn == "arn:aws:logs:eu-central-1:999999999999:destination:seamark" && aws_cloudwatch_log_destination.this[0].tags == tomap({ "seamark:component" = "seamark" })
    error_message = "It is applied, and tagged."
  }
}
