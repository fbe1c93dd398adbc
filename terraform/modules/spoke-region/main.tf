# An account's part in one region: what changed goes to the hub's bus, and its alarms have a topic
# here, since an alarm tells topics of its own account and region alone.

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

  events_role_arn = coalesce(var.events_role_arn, "arn:${local.partition}:iam::${local.account_id}:role/${var.name}/${var.name}-events")
  topic           = "${var.name}-alarms"
  topic_arn       = "arn:${local.partition}:sns:${local.region}:${local.account_id}:${local.topic}"

  # pattern.json is collector/cloudtrail/pattern.json, what the collector acts on; a test compares them.
  patterns = merge(jsondecode(file("${path.module}/pattern.json")), {
    alarm-state = {
      source      = ["aws.cloudwatch"]
      detail-type = ["CloudWatch Alarm State Change"]
      detail      = { alarmName = [{ prefix = "seamark/" }] } # as the collector calls them
    }
  })
  texts = {
    tags        = "Tags of log groups, functions and APIs"
    logs        = "Log groups and their filters"
    lambda      = "Functions"
    apigateway  = "APIs and their stages"
    alarms      = "Seamark's alarms that somebody deletes"
    alarm-state = "Seamark's alarms that change their state"
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = { for name, pattern in local.patterns : name => jsonencode(pattern) if var.create }

  name          = "${var.name}-${each.key}"
  description   = local.texts[each.key]
  event_pattern = each.value
  tags          = local.tags
}

# No dead-letter queue: a lost event costs minutes, until the next sweep.
resource "aws_cloudwatch_event_target" "this" {
  for_each = { for name, _ in local.patterns : name => true if var.create }

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "hub"
  arn       = var.hub_bus_arn
  role_arn  = local.events_role_arn
}

resource "aws_sns_topic" "alarms" {
  count = var.create ? 1 : 0

  name              = local.topic
  kms_master_key_id = var.kms_key_arn
  tags              = local.tags
}

locals {
  topic_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:seamark/*" }
        }
      },
      {
        Sid       = "Hub"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${var.hub_account_id}:root" }
        Action    = "sns:Subscribe"
        Resource  = local.topic_arn
        Condition = { StringEquals = { "sns:Protocol" = "sqs", "sns:Endpoint" = var.alert_queue_arn } }
      },
      {
        Sid       = "TLSOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_policy" "alarms" {
  count = var.create ? 1 : 0

  arn    = aws_sns_topic.alarms[0].arn
  policy = local.topic_policy
}
