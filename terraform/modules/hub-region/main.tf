# The hub's part in one region: a destination must lie in the region of the log groups that send to
# it. Call this module once a region, with a provider of the hub's account in that region.

data "aws_caller_identity" "current" {
  count = var.account_id == null ? 1 : 0
}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = coalesce(var.account_id, one(data.aws_caller_identity.current[*].account_id))
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
  tags       = merge({ "seamark:component" = var.name }, var.tags)

  role            = "${var.name}-destination-${local.region}" # roles are known in all regions
  role_arn        = "arn:${local.partition}:iam::${local.account_id}:role/${local.role}"
  destination_arn = "arn:${local.partition}:logs:${local.region}:${local.account_id}:destination:${var.name}"

  # CloudWatch Logs sends on behalf of each account that has a filter. Which accounts may have
  # one is the destination's policy to say: a trust policy holds 2,048 characters, some forty ARNs.
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringLike = { "aws:SourceArn" = "arn:${local.partition}:logs:${local.region}:*:*" } }
    }]
  })
  put = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Send"
      Effect   = "Allow"
      Action   = length(regexall(":kinesis:", var.target_arn)) > 0 ? ["kinesis:PutRecord", "kinesis:PutRecords"] : ["firehose:PutRecord", "firehose:PutRecordBatch"]
      Resource = [var.target_arn]
    }]
  })

  # No Sid: every byte is a part of an account.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Effect    = "Allow"
        Principal = { AWS = var.organization_id == null ? sort(var.account_ids) : ["*"] }
        Action    = "logs:PutSubscriptionFilter"
        Resource  = local.destination_arn
      },
      { for k, v in { Condition = { StringEquals = { "aws:PrincipalOrgID" = var.organization_id } } } : k => v if var.organization_id != null },
    )]
  })
}

resource "aws_iam_role" "destination" {
  count = var.create ? 1 : 0

  name                 = local.role
  description          = "Lets CloudWatch Logs of ${local.region} send to Seamark"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "destination" {
  count = var.create ? 1 : 0

  name   = "send"
  role   = aws_iam_role.destination[0].name
  policy = local.put
}

resource "aws_cloudwatch_log_destination" "this" {
  count = var.create ? 1 : 0

  name       = var.name
  role_arn   = local.role_arn
  target_arn = var.target_arn
  tags       = local.tags

  # CloudWatch Logs sends a test record at once.
  depends_on = [aws_iam_role_policy.destination]
}

resource "aws_cloudwatch_log_destination_policy" "this" {
  count = var.create ? 1 : 0

  destination_name = aws_cloudwatch_log_destination.this[0].name
  access_policy    = local.policy
  # From accounts to an organisation AWS asks for it: filters without the sender's role stay until
  # the collector's next sweep puts them anew with it.
  force_update = true

  lifecycle {
    precondition {
      condition     = length(local.policy) <= 5120
      error_message = "The destination's policy would be ${length(local.policy)} bytes long; CloudWatch Logs takes 5,120, some 328 accounts: use organization_id in place of account_ids."
    }
  }
}

# Only the queue's account may subscribe it without a confirmation, and only in the topics' region.
resource "aws_sns_topic_subscription" "alarms" {
  for_each = { for account, arn in var.alarm_topic_arns : account => arn if var.create }

  topic_arn = each.value
  protocol  = "sqs"
  endpoint  = var.alert_queue_arn
}
