# What Seamark may do in an account, once an account: roles are known in all regions. The regions'
# part is modules/spoke-region.

data "aws_caller_identity" "current" {
  count = var.account_id == null ? 1 : 0
}
data "aws_partition" "current" {}

locals {
  account_id = coalesce(var.account_id, one(data.aws_caller_identity.current[*].account_id))
  partition  = data.aws_partition.current.partition
  tags       = merge({ "seamark:component" = var.name }, var.tags)

  path      = "/${var.name}/"
  roles     = "arn:${local.partition}:iam::${local.account_id}:role${local.path}"
  collector = "${var.name}-collector"
  events    = "${var.name}-events"
  sender    = "${var.name}-sender"
  entering  = var.entering_role_arns != null ? var.entering_role_arns : [for f in ["alerter", "collector"] : "arn:${local.partition}:iam::${var.hub_account_id}:role/${var.name}-hub-${f}"]

  # The policies are those of docs/reference/iam.md, which a test holds to what the code calls.
  words = {
    partition  = local.partition
    account    = local.account_id
    hub        = var.hub_account_id
    deployment = coalesce(var.deployment, var.name)
    sender     = "${var.name}/${local.sender}"
  }
  policies = concat(["collector"], var.manage_access_logs ? ["access-logs"] : [], var.organization_id == null ? [] : ["pass-sender"])
  collector_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = flatten([for p in local.policies : jsondecode(templatefile("${path.module}/policies/${p}.json", local.words)).Statement])
  })

  # The hub's account is trusted, and in it two roles. Their ARNs stand in a condition: as
  # principals they would go stale when the roles are made anew.
  collector_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:${local.partition}:iam::${var.hub_account_id}:root" }
      Condition = {
        ArnEquals    = { "aws:PrincipalArn" = local.entering }
        StringEquals = merge({ "sts:ExternalId" = var.external_id }, var.organization_id == null ? {} : { "aws:PrincipalOrgID" = var.organization_id })
      }
    }]
  })

  events_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:events:*:${local.account_id}:rule/${var.name}-*" }
      }
    }]
  })
  events_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Put", Effect = "Allow", Action = ["events:PutEvents"], Resource = [var.hub_bus_arn] }]
  })

  # A destination that is open to an organisation asks each filter for a role of the sender.
  make_sender = var.create && var.organization_id != null
  sender_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "logs.amazonaws.com" }
      Condition = { StringLike = { "aws:SourceArn" = "arn:${local.partition}:logs:*:${local.account_id}:*" } }
    }]
  })
  sender_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Send", Effect = "Allow", Action = ["logs:PutLogEvents"], Resource = ["arn:${local.partition}:logs:*:${local.account_id}:log-group:*"] }]
  })
}

resource "aws_iam_role" "collector" {
  count = var.create ? 1 : 0

  name                 = local.collector
  path                 = local.path
  description          = "Seamark looks after filters and alarms of tagged resources"
  assume_role_policy   = local.collector_trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "collector" {
  count = var.create ? 1 : 0

  name   = "collect"
  role   = aws_iam_role.collector[0].name
  policy = local.collector_policy
}

resource "aws_iam_role" "events" {
  count = var.create ? 1 : 0

  name                 = local.events
  path                 = local.path
  description          = "Hands events to the event bus of Seamark's hub"
  assume_role_policy   = local.events_trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "events" {
  count = var.create ? 1 : 0

  name   = "put"
  role   = aws_iam_role.events[0].name
  policy = local.events_policy
}

resource "aws_iam_role" "sender" {
  count = local.make_sender ? 1 : 0

  name                 = local.sender
  path                 = local.path
  description          = "Shows the destination that the sender belongs to the organisation"
  assume_role_policy   = local.sender_trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "sender" {
  count = local.make_sender ? 1 : 0

  name   = "send"
  role   = aws_iam_role.sender[0].name
  policy = local.sender_policy
}
