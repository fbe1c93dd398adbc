# A queue only hastens: what must be done is landing minus ledger, which the schedules look up. So
# a queue may lose or double a message; it must never be blocked by one.

resource "aws_sqs_queue" "this" {
  for_each = local.queues

  name                       = each.value.name
  message_retention_seconds  = 345600 # 4 days
  visibility_timeout_seconds = each.value.visibility
  receive_wait_time_seconds  = 20
  # Messages name objects and accounts and hold no log lines: SQS's own key will do, and S3, SNS
  # and EventBridge need no right on a key of yours.
  sqs_managed_sse_enabled = true
  redrive_policy = jsonencode({
    deadLetterTargetArn = each.value.dead_arn
    maxReceiveCount     = each.value.tries
  })
  tags = local.tags

  depends_on = [aws_sqs_queue.dead]
}

resource "aws_sqs_queue" "dead" {
  for_each = local.queues

  name                      = each.value.dead
  message_retention_seconds = 1209600 # 14 days, the most that SQS keeps
  sqs_managed_sse_enabled   = true
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [each.value.arn]
  })
  tags = local.tags
}

locals {
  tls_only = {
    Sid       = "TLSOnly"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
  own_account = { StringEquals = { "aws:SourceAccount" = local.account_id } }

  # Who may put messages, besides the functions, which have it from their roles.
  senders = {
    collect = [{
      Sid       = "Bus"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Condition = { ArnEquals = { "aws:SourceArn" = "${local.rule_arn}/${var.name}-collect" } }
    }]
    transform = [{
      Sid       = "Landing"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Condition = merge(local.own_account, { ArnEquals = { "aws:SourceArn" = local.bucket_arn } })
    }]
    index = [{
      Sid       = "Ledger"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Condition = merge(local.own_account, { ArnEquals = { "aws:SourceArn" = local.bucket_arn } })
    }]
    alert = concat(
      [{
        Sid       = "Bus"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Condition = { ArnEquals = { "aws:SourceArn" = "${local.rule_arn}/${var.name}-alert" } }
      }],
      # The alarms' topics of the accounts, in whichever region. An account of the organisation that
      # is not listed is heard through the event bus alone.
      [for arns in [[for a in sort(var.account_ids) : "arn:${local.partition}:sns:*:${a}:${var.name}-alarms"]] : {
        Sid       = "Topics"
        Effect    = "Allow"
        Principal = { Service = local.sns_principals }
        Action    = "sqs:SendMessage"
        Condition = { ArnLike = { "aws:SourceArn" = arns } }
      } if length(arns) > 0],
      [{
        Sid       = "Operators"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Condition = { ArnEquals = { "aws:SourceArn" = local.operators_arn } }
      }],
    )
  }
  # A region that must be opted in to has an SNS of its own name.
  opt_in_regions = ["af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1"]
  sns_principals = concat(["sns.amazonaws.com"], [for r in sort(var.regions) : "sns.${r}.amazonaws.com" if contains(local.opt_in_regions, r)])

  queue_policies = {
    for name, q in local.queues : name => jsonencode({
      Version   = "2012-10-17"
      Statement = [for s in concat([local.tls_only], local.senders[name]) : merge(s, { Resource = q.arn })]
    })
  }
}

resource "aws_sqs_queue_policy" "this" {
  for_each = local.queues

  queue_url = aws_sqs_queue.this[each.key].url
  policy    = local.queue_policies[each.key]

  lifecycle {
    precondition {
      condition     = length(local.queue_policies[each.key]) <= 8192
      error_message = "The policy of ${each.value.name} would be ${length(local.queue_policies[each.key])} bytes long; SQS takes 8,192, some 140 accounts: use organization_id, and list fewer accounts. The alarms of the others reach the queue through the event bus."
    }
  }
}

resource "aws_sqs_queue_policy" "dead" {
  for_each = local.queues

  queue_url = aws_sqs_queue.dead[each.key].url
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.tls_only, { Resource = each.value.dead_arn })]
  })
}
