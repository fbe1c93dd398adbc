# Wrong variables: see modules/hub.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "first" {
  command = plan

  variables {
    name                 = "Seamark"
    account_id           = "99999999999"
    hub_account_id       = "hub"
    hub_bus_arn          = "seamark"
    entering_role_arns   = ["arn:aws:iam::999999999999:role/*"]
    external_id          = "4711 acme"
    organization_id      = "ou-ab12-cdefghij"
    deployment           = "acme corp"
    permissions_boundary = "bounds"
  }

  expect_failures = [
    var.name, var.account_id, var.hub_account_id, var.hub_bus_arn, var.entering_role_arns, var.external_id, var.organization_id, var.deployment,
    var.permissions_boundary,
  ]
}
