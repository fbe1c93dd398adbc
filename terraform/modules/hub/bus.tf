# The accounts' events arrive here. Of alarms the alerter hears, of all else the collector.
resource "aws_cloudwatch_event_bus" "this" {
  count = var.create ? 1 : 0

  name = var.name
  tags = local.tags
}

locals {
  # Only the spokes' events role may put, and only of the accounts that are looked after.
  bus_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Spokes"
      Effect    = "Allow"
      Principal = { AWS = var.organization_id == null ? sort(var.account_ids) : ["*"] }
      Action    = "events:PutEvents"
      Resource  = local.bus_arn
      Condition = merge(
        { ArnLike = { "aws:PrincipalArn" = "arn:${local.partition}:iam::*:role/${var.name}/${var.name}-events" } },
        { for k, v in { StringEquals = { "aws:PrincipalOrgID" = var.organization_id } } : k => v if var.organization_id != null },
      )
    }]
  })
  alarm_state = "CloudWatch Alarm State Change"
  bus_rules = {
    collect = { "detail-type" = [{ "anything-but" = [local.alarm_state] }] }
    alert   = { "source" = ["aws.cloudwatch"], "detail-type" = [local.alarm_state], "detail" = { "alarmName" = [{ "prefix" = "seamark/" }] } }
  }
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  count = var.create && (var.organization_id != null || length(var.account_ids) > 0) ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  policy         = local.bus_policy
}

resource "aws_cloudwatch_event_rule" "bus" {
  for_each = { for name, pattern in local.bus_rules : name => pattern if var.create }

  name           = "${var.name}-${each.key}"
  description    = "To the queue ${var.name}-${each.key}"
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  event_pattern  = jsonencode(each.value)
  tags           = local.tags
}

resource "aws_cloudwatch_event_target" "bus" {
  for_each = { for name, pattern in local.bus_rules : name => pattern if var.create }

  rule           = aws_cloudwatch_event_rule.bus[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  target_id      = "queue"
  arn            = local.queues[each.key].arn

  depends_on = [aws_sqs_queue_policy.this]
}
