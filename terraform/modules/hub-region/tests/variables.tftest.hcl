# Wrong variables: see modules/hub.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  target_arn = "arn:aws:firehose:eu-west-1:999999999999:deliverystream/seamark"
}

run "first" {
  command = plan

  variables {
    name                 = "Seamark"
    account_id           = "99999999999"
    account_ids          = ["11111111111"]
    target_arn           = "seamark"
    alarm_topic_arns     = { "111111111111" = "seamark-alarms" }
    permissions_boundary = "bounds"
  }

  expect_failures = [var.name, var.account_id, var.account_ids, var.target_arn, var.alarm_topic_arns, var.permissions_boundary]
}

run "second" {
  command = plan

  variables {
    alarm_topic_arns = { "111111111111" = "arn:aws:sns:eu-central-1:111111111111:seamark-alarms" }
  }

  expect_failures = [var.alert_queue_arn, var.account_ids]
}

run "third" {
  command = plan

  variables {
    account_ids     = ["111111111111"]
    organization_id = "ou-ab12-cdefghij"
  }

  expect_failures = [var.organization_id]
}
