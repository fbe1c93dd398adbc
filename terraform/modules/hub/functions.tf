locals {
  packages = { for name, _ in local.functions : name => "${name}-${var.architecture}.zip" }
  files    = { for name, zip in local.packages : name => "${coalesce(var.package_dir, "-")}/${zip}" }
  local    = var.package_dir != null
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = each.value.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = local.tags
}

resource "aws_lambda_function" "this" {
  for_each = local.functions

  function_name = each.value.name
  description   = "Seamark's ${each.key}"
  role          = each.value.role_arn
  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture == "amd64" ? "x86_64" : "arm64"]
  memory_size   = each.value.memory
  timeout       = each.value.timeout
  kms_key_arn   = var.kms_key_arn

  filename         = local.local ? local.files[each.key] : null
  source_code_hash = local.local ? try(filebase64sha256(local.files[each.key]), null) : null
  s3_bucket        = local.local ? null : var.package_bucket
  s3_key           = local.local ? null : "${var.package_prefix}${local.packages[each.key]}"

  environment {
    variables = merge(var.secrets, {
      SEAMARK_CONFIG_FILE = "s3://${local.bucket}/config/seamark.yml"
      SEAMARK_CONFIG_HASH = sha256(local.configuration) # a new configuration starts new processes
      SEAMARK_LAKE        = local.lake_url
      }, { for k, v in {
        SEAMARK_QUEUE_URL     = contains(keys(local.queued), each.key) ? local.queues[each.value.queue].url : null
        SEAMARK_FIREHOSE_ARN  = each.key == "transformer" && !local.inline ? local.canary_firehose : null
        SEAMARK_FIREHOSE_MODE = contains(["collector", "transformer"], each.key) && local.inline ? "inline" : null
        SEAMARK_GLUE_DATABASE = each.key == "collector" && local.make_athena ? local.database : null
    } : k => v if v != null })
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = each.value.log_level
    system_log_level      = "WARN"
    log_group             = each.value.log_group
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = aws_security_group.functions[*].id
    }
  }

  tags = local.tags

  lifecycle {
    precondition {
      condition     = !local.local || fileexists(local.files[each.key])
      error_message = "package_dir holds no ${local.packages[each.key]}: build the functions first (scripts/lambda.sh), or name the folder in which they are."
    }
    precondition {
      condition     = each.key != "alerter" || try(length(local.said.receivers), 0) > 0
      error_message = "The configuration names nobody to tell, and the alerter would not start: add receivers to it, such as receivers: [{name: ops, slack: {channel: C0123456789, tokenEnv: SLACK_TOKEN}}]."
    }
  }

  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function, aws_s3_object.configuration]
}

resource "aws_lambda_event_source_mapping" "queue" {
  for_each = local.queued

  event_source_arn                   = local.queues[each.value.queue].arn
  function_name                      = aws_lambda_function.this[each.key].arn
  batch_size                         = each.value.batch
  maximum_batching_window_in_seconds = each.value.window
  function_response_types            = ["ReportBatchItemFailures"]
  # Bounded here and not by reserved concurrency, which would throttle messages into the dead-letter queue.
  scaling_config {
    maximum_concurrency = each.value.concurrency
  }
  tags = local.tags

  depends_on = [aws_sqs_queue.this]
}

# The schedules' invocations are not tried again: the next one does it all.
resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = local.functions

  function_name                = aws_lambda_function.this[each.key].function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 300
}
