# Alarms about Seamark itself. Each names its runbook. They go to people by a topic of their own,
# and as cards through the alerter, which may be what is broken.
locals {
  operators     = "${var.name}-operators"
  operators_arn = "arn:${local.partition}:sns:${local.region}:${local.account_id}:${local.operators}"
  actions       = concat([local.operators_arn], sort(var.alarm_actions))

  queue_alarms = merge([
    for name, q in local.queues : {
      "queue-age-${name}" = {
        text       = "Messages wait too long in ${q.name}: its function fails, is throttled or too slow."
        runbook    = "queue"
        namespace  = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum"
        dimensions = { QueueName = q.name }
        period     = 300, periods = 3, threshold = var.alarm_thresholds.queue_age_seconds, missing = "notBreaching"
      }
      "dead-letters-${name}" = {
        text       = "Messages that nobody can work off lie in ${q.dead}."
        runbook    = "dead-letters"
        namespace  = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum"
        dimensions = { QueueName = q.dead }
        period     = 300, periods = 1, threshold = 1, missing = "notBreaching"
      }
    }
  ]...)

  function_alarms = merge([
    for name, f in local.functions : {
      "errors-${name}" = {
        text       = "Invocations of ${f.name} fail."
        runbook    = "function"
        namespace  = "AWS/Lambda", metric = "Errors", statistic = "Sum"
        dimensions = { FunctionName = f.name }
        period     = 300, periods = 3, threshold = 1, missing = "notBreaching"
      }
      "throttles-${name}" = {
        text       = "Invocations of ${f.name} are throttled: the account's concurrency is used up."
        runbook    = "function"
        namespace  = "AWS/Lambda", metric = "Throttles", statistic = "Sum"
        dimensions = { FunctionName = f.name }
        period     = 300, periods = 3, threshold = 1, missing = "notBreaching"
      }
    }
  ]...)

  # Written by the functions into their logs (EMF); no other dimension, or each would be billed.
  # Inline nobody counts some of them: such an alarm could only be green.
  own = { for name, a in local.all_own : name => a if !local.inline || !contains(["freshness", "silent-accounts", "canary"], name) }
  all_own = {
    landing-failed = {
      text   = local.inline ? "Records of Firehose could not be transformed; they lie below firehose-errors/." : "Landing objects could not be transformed."
      metric = "LandingFailed", runbook = "backlog", statistic = "Sum", threshold = 1, missing = "notBreaching"
    }
    quarantined = {
      text   = "Bytes that nobody can decode were quarantined."
      metric = "Quarantined", runbook = "quarantine", statistic = "Sum", threshold = 1, missing = "notBreaching"
    }
    freshness = {
      text   = "Rows come later than they should after what they tell of."
      metric = "FreshnessSeconds", runbook = "freshness", statistic = "Maximum", threshold = var.alarm_thresholds.freshness_seconds, missing = "notBreaching"
    }
    silent-accounts = {
      text   = "Accounts that used to send have stopped; the transformer's log names them."
      metric = "SilentAccounts", runbook = "silent-account", statistic = "Maximum", threshold = 1, missing = "notBreaching"
    }
    cards-undelivered = {
      text     = "Cards could not be shown; the alerter's log names receiver and reason."
      function = "alerter"
      metric   = "Undelivered", runbook = "card-not-delivered", statistic = "Sum", threshold = 1, missing = "notBreaching"
    }
    # Whoever should count it may be what is broken: silence is a breach.
    canary = {
      text   = "The line that goes through the whole pipeline every 5 minutes did not arrive."
      metric = "CanaryMissing", runbook = "canary", statistic = "Maximum", threshold = 1, missing = lookup(local.schedules, "transformer-canary", null) == null ? "notBreaching" : "breaching"
    }
  }
  own_alarms = { for name, a in local.own : name => merge(a, {
    namespace  = "seamark"
    dimensions = { FunctionName = "${var.name}-${lookup(a, "function", "transformer")}" }
    period     = 900, periods = 1
  }) }

  firehose_alarms = {
    firehose-delivery = {
      text       = "Firehose cannot write into the bucket; what it gave up lies below firehose-errors/."
      runbook    = "firehose"
      namespace  = "AWS/Firehose", metric = "DeliveryToS3.Success", statistic = "Average"
      dimensions = { DeliveryStreamName = reverse(split("/", local.firehose_arn))[0] }
      period     = 300, periods = 2, threshold = 1, missing = "notBreaching", comparison = "LessThanThreshold"
    }
    firehose-age = {
      text       = "Firehose holds data for longer than its buffer's time."
      runbook    = "firehose"
      namespace  = "AWS/Firehose", metric = "DeliveryToS3.DataFreshness", statistic = "Maximum"
      dimensions = { DeliveryStreamName = reverse(split("/", local.firehose_arn))[0] }
      period     = 300, periods = 2, threshold = var.alarm_thresholds.firehose_age_seconds, missing = "notBreaching"
    }
  }

  # Where Firehose does the work that the ledger accounts for elsewhere, its own counts stand in.
  # Source: https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
  inline_alarms = { for name, a in {
    firehose-transformation = {
      text   = "Firehose's calls of the transformer fail; what it gave up lies below firehose-errors/."
      metric = "ExecuteProcessing.Success", statistic = "Average", comparison = "LessThanThreshold"
    }
    firehose-conversion = {
      text   = "Rows do not fit the columns of the table inline; they lie below firehose-errors/."
      metric = "FailedConversion.Records", statistic = "Sum"
    }
    firehose-partitions = {
      text   = "Firehose has more partitions open than it may, 500 unless AWS raised it; the rest lies below firehose-errors/."
      metric = "PartitionCountExceeded", statistic = "Maximum"
    }
    firehose-backup = {
      text   = "Firehose cannot write its backup below landing/, the only thing that the lake can be made of anew."
      metric = "BackupToS3.Success", statistic = "Average", comparison = "LessThanThreshold"
    }
    } : name => merge(a, {
      runbook    = "firehose-inline"
      namespace  = "AWS/Firehose"
      dimensions = { DeliveryStreamName = var.name }
      period     = 300, periods = 1, threshold = 1, missing = "notBreaching"
  }) if local.inline }

  alarms = { for name, a in merge(local.queue_alarms, local.function_alarms, local.own_alarms, local.firehose_alarms, local.inline_alarms) : name => a if var.create }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.text} Runbook: ${var.runbooks_url}/${each.value.runbook}.md"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.dimensions
  period              = each.value.period
  evaluation_periods  = each.value.periods
  threshold           = each.value.threshold
  comparison_operator = lookup(each.value, "comparison", "GreaterThanOrEqualToThreshold")
  treat_missing_data  = each.value.missing
  alarm_actions       = local.actions
  ok_actions          = local.actions
  tags                = local.tags
}

# Not encrypted with AWS's own key for SNS: CloudWatch could not publish to it. It carries names
# and figures of alarms, no log lines.
resource "aws_sns_topic" "operators" {
  count = var.create ? 1 : 0

  name = local.operators
  tags = local.tags
}

resource "aws_sns_topic_policy" "operators" {
  count = var.create ? 1 : 0

  arn = aws_sns_topic.operators[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.operators_arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id }, ArnLike = { "aws:SourceArn" = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${var.name}-*" } }
      },
      {
        Sid       = "TLSOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.operators_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "operators" {
  for_each = var.create ? var.operator_emails : []

  topic_arn = aws_sns_topic.operators[0].arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "alerter" {
  count = var.create ? 1 : 0

  topic_arn = aws_sns_topic.operators[0].arn
  protocol  = "sqs"
  endpoint  = local.queues["alert"].arn

  depends_on = [aws_sqs_queue_policy.this]
}
