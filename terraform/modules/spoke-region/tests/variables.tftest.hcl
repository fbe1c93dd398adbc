# Wrong variables: see modules/hub.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "first" {
  command = plan

  variables {
    name            = "Seamark"
    account_id      = "99999999999"
    hub_account_id  = "hub"
    hub_bus_arn     = "seamark"
    alert_queue_arn = "seamark-alert"
    events_role_arn = "seamark-events"
    kms_key_arn     = "arn:aws:kms:eu-central-1:111111111111:alias/aws/sns"
  }

  expect_failures = [var.name, var.account_id, var.hub_account_id, var.hub_bus_arn, var.alert_queue_arn, var.events_role_arn, var.kms_key_arn]
}
