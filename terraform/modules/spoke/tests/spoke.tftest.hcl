# Who may enter an account, and what may be done there, to the letter.

mock_provider "aws" {
  source = "./tests/mocks"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }
}

variables {
  hub_account_id = "999999999999"
  hub_bus_arn    = "arn:aws:events:eu-central-1:999999999999:event-bus/seamark"
  external_id    = "4711-acme"
}

run "spoke" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.collector[0].assume_role_policy).Statement == [{
      Effect    = "Allow", Action = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::999999999999:root" }
      Condition = {
        ArnEquals    = { "aws:PrincipalArn" = ["arn:aws:iam::999999999999:role/seamark-hub-alerter", "arn:aws:iam::999999999999:role/seamark-hub-collector"] }
        StringEquals = { "sts:ExternalId" = "4711-acme" }
      }
    }]
    error_message = "The hub's collector and alerter may enter with the external id, and nobody else."
  }
  assert {
    condition     = length(regexall("aws:Source", aws_iam_role.collector[0].assume_role_policy)) == 0
    error_message = "No condition of the collector's trust is one that only services send: every call would fail."
  }
  assert {
    condition     = aws_iam_role.collector[0].name == "seamark-collector" && aws_iam_role.collector[0].path == "/seamark/" && output.collector_role_arn == "arn:aws:iam::111111111111:role/seamark/seamark-collector"
    error_message = "The role is what onboard.role says: seamark/seamark-collector."
  }
  assert {
    condition     = join(" ", [for s in jsondecode(aws_iam_role_policy.collector[0].policy).Statement : s.Sid]) == "Look LookInside LookAtAPIs FetchHistory Attach Alarms CompositeAlarms"
    error_message = "Without more the collector looks, fetches history, attaches filters and keeps alarms."
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.collector[0].policy).Statement : s.Resource if s.Sid == "Attach"] == [["arn:aws:logs:*:111111111111:log-group:*", "arn:aws:logs:*:999999999999:destination:*"]]
    error_message = "Filters lead from this account's log groups to the hub's destinations."
  }
  # Listings know no narrower resource, and PutCompositeAlarm works only on "*" (AWS's rule): docs/reference/iam.md.
  assert {
    condition     = toset([for s in jsondecode(aws_iam_role_policy.collector[0].policy).Statement : s.Sid if contains(flatten([try(s.Resource, "")]), "*")]) == toset(["Look", "CompositeAlarms"])
    error_message = "\"*\" stands where AWS knows nothing narrower: listings and composite alarms."
  }
  assert {
    condition = jsondecode(aws_iam_role.events[0].assume_role_policy).Statement == [{
      Effect    = "Allow", Action = "sts:AssumeRole", Principal = { Service = "events.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = "111111111111" }, ArnLike = { "aws:SourceArn" = "arn:aws:events:*:111111111111:rule/seamark-*" } }
    }]
    error_message = "This account's rules take the events role, and nobody else."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.events[0].policy).Statement == [{ Sid = "Put", Effect = "Allow", Action = ["events:PutEvents"], Resource = ["arn:aws:events:eu-central-1:999999999999:event-bus/seamark"] }]
    error_message = "The events role may put events on the hub's bus; nothing else."
  }
  assert {
    condition     = length(aws_iam_role.sender) == 0
    error_message = "Without an organisation there is no sender's role."
  }
}

run "organization" {
  command = plan

  variables {
    organization_id      = "o-a1b2c3d4e5"
    entering_role_arns   = ["arn:aws:iam::999999999999:role/other"]
    permissions_boundary = "arn:aws:iam::111111111111:policy/bounds"
    manage_access_logs   = true
    deployment           = "acme"
  }

  assert {
    condition = jsondecode(aws_iam_role.collector[0].assume_role_policy).Statement[0].Condition == {
      ArnEquals    = { "aws:PrincipalArn" = ["arn:aws:iam::999999999999:role/other"] }
      StringEquals = { "sts:ExternalId" = "4711-acme", "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }
    }
    error_message = "With organization_id who enters must belong to it besides."
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.collector[0].policy).Statement : s.Resource if s.Sid == "PassSender"] == [output.sender_role_arn] && output.sender_role_arn == "arn:aws:iam::111111111111:role/seamark/seamark-sender"
    error_message = "The collector may pass the sender's role, and no other."
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.collector[0].policy).Statement : s.Condition if s.Sid == "OwnLogGroups"] == [{ StringEquals = { "aws:ResourceTag/seamark:owner" = "acme" } }]
    error_message = "Of log groups for access logs it deletes those of this deployment alone."
  }
  assert {
    condition     = contains([for s in jsondecode(aws_iam_role_policy.collector[0].policy).Statement : "${s.Effect} ${s.Sid}"], "Deny NeverDeleteStages")
    error_message = "With manage_access_logs stages are safe from deletion."
  }
  assert {
    condition = jsondecode(aws_iam_role.sender[0].assume_role_policy).Statement == [{
      Effect    = "Allow", Action = "sts:AssumeRole", Principal = { Service = "logs.amazonaws.com" }
      Condition = { StringLike = { "aws:SourceArn" = "arn:aws:logs:*:111111111111:*" } }
    }]
    error_message = "CloudWatch Logs takes the sender's role for this account, and nobody else."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.sender[0].policy).Statement == [{ Sid = "Send", Effect = "Allow", Action = ["logs:PutLogEvents"], Resource = ["arn:aws:logs:*:111111111111:log-group:*"] }]
    error_message = "The sender's role may put this account's log events; nothing else."
  }
  assert {
    condition     = alltrue([for r in [aws_iam_role.collector[0], aws_iam_role.events[0], aws_iam_role.sender[0]] : r.permissions_boundary == "arn:aws:iam::111111111111:policy/bounds"])
    error_message = "The boundary bounds every role."
  }
}

run "nothing" {
  command = plan

  variables {
    create          = false
    organization_id = "o-a1b2c3d4e5"
  }

  assert {
    condition     = length(aws_iam_role.collector) + length(aws_iam_role.events) + length(aws_iam_role.sender) == 0
    error_message = "create = false makes nothing."
  }
}

run "apply" {
  variables {
    organization_id = "o-a1b2c3d4e5"
    tags            = { owner = "platform" }
  }

  assert {
    condition     = alltrue([for r in [aws_iam_role.collector[0], aws_iam_role.events[0], aws_iam_role.sender[0]] : r.tags == tomap({ "seamark:component" = "seamark", "owner" = "platform" })])
    error_message = "It is applied, and everything carries the tags."
  }
}
