# The functions: what runs, what starts it, and what it is told.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_ids    = ["111111111111", "222222222222"]
  external_id    = "4711-acme"
  configuration  = "receivers: [{name: all, folder: {path: cards}}]"
  package_bucket = "releases"
  package_prefix = "seamark/1.0.0/"
  opensearch_url = "https://search.example.com"
}

run "functions" {
  command = plan

  variables {
    secrets = {
      SLACK_TOKEN = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
    }
  }

  assert {
    condition     = alltrue([for f in aws_lambda_function.this : f.runtime == "provided.al2023" && f.handler == "bootstrap" && join(",", f.architectures) == "arm64"])
    error_message = "The functions are bootstrap on provided.al2023, arm64."
  }
  assert {
    condition     = alltrue([for name, f in aws_lambda_function.this : f.function_name == "seamark-${name}" && f.s3_bucket == "releases" && f.s3_key == "seamark/1.0.0/${name}-arm64.zip"])
    error_message = "Each function's zip is <prefix><function>-<architecture>.zip in the bucket of packages."
  }
  assert {
    condition = alltrue([for name, f in aws_lambda_function.this : f.environment[0].variables == tomap(merge(name == "collector" ? { SEAMARK_GLUE_DATABASE = "seamark" } : {}, name == "transformer" ? { SEAMARK_FIREHOSE_ARN = "arn:aws:firehose:eu-central-1:999999999999:deliverystream/seamark" } : {}, {
      SEAMARK_CONFIG_FILE = "s3://seamark-999999999999-eu-central-1/config/seamark.yml"
      SEAMARK_CONFIG_HASH = sha256(aws_s3_object.configuration[0].content)
      SEAMARK_LAKE        = "s3://seamark-999999999999-eu-central-1"
      SEAMARK_QUEUE_URL   = "https://sqs.eu-central-1.amazonaws.com/999999999999/seamark-${ { collector = "collect", transformer = "transform", indexer = "index", alerter = "alert" }[name]}"
      SLACK_TOKEN         = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
    }))])
    error_message = "The environment is what the functions read: configuration and its hash, lake, own queue, ARNs of secrets; the collector's Athena's database and the transformer's Firehose besides."
  }
  assert {
    condition     = { for name, f in aws_lambda_function.this : name => f.timeout } == { collector = 900, transformer = 300, indexer = 300, alerter = 60 }
    error_message = "Time-outs are 900 s for the collector, 300 s for transformer and indexer, 60 s for the alerter."
  }
  assert {
    condition     = alltrue([for f in aws_lambda_function.this : coalesce(f.reserved_concurrent_executions, -1) == -1])
    error_message = "No concurrency is reserved: it would throttle messages into the dead-letter queue."
  }
  assert {
    condition = { for name, m in aws_lambda_event_source_mapping.queue : name => "${m.batch_size} in ${m.maximum_batching_window_in_seconds} s from ${m.event_source_arn}" } == {
      collector   = "100 in 2 s from arn:aws:sqs:eu-central-1:999999999999:seamark-collect"
      transformer = "1 in 0 s from arn:aws:sqs:eu-central-1:999999999999:seamark-transform"
      indexer     = "10 in 0 s from arn:aws:sqs:eu-central-1:999999999999:seamark-index"
      alerter     = "1 in 0 s from arn:aws:sqs:eu-central-1:999999999999:seamark-alert"
    }
    error_message = "Each function works off its own queue: 100 hints in 2 s, 1 landing object, 10 entries, 1 alarm."
  }
  assert {
    condition     = alltrue([for m in aws_lambda_event_source_mapping.queue : join(",", m.function_response_types) == "ReportBatchItemFailures"])
    error_message = "A batch reports which of its messages failed."
  }
  assert {
    condition     = { for name, m in aws_lambda_event_source_mapping.queue : name => m.scaling_config[0].maximum_concurrency } == { collector = 5, transformer = 20, indexer = 5, alerter = 2 }
    error_message = "How many run at once is bounded on the event source."
  }
  assert {
    condition     = alltrue([for name, g in aws_cloudwatch_log_group.function : g.name == "/aws/lambda/seamark-${name}" && g.retention_in_days == 30])
    error_message = "Each function has a log group that keeps 30 days."
  }
  assert {
    condition     = alltrue([for f in aws_lambda_function.this : f.logging_config[0].log_format == "JSON" && f.logging_config[0].log_group == "/aws/lambda/${f.function_name}"])
    error_message = "The functions log JSON into their own log groups."
  }
}

run "overrides" {
  command = plan

  variables {
    package_bucket = null
    package_prefix = ""
    package_dir    = "tests/packages"
    architecture   = "amd64"
    functions      = { transformer = { memory = 3008, timeout = 600, concurrency = 50, log_level = "DEBUG" } }
  }

  assert {
    condition     = alltrue([for name, f in aws_lambda_function.this : f.filename == "tests/packages/${name}-amd64.zip" && f.source_code_hash == filebase64sha256("tests/packages/${name}-amd64.zip") && join(",", f.architectures) == "x86_64"])
    error_message = "package_dir: the zips of the architecture, with their hashes, so that a new one is an update."
  }
  assert {
    condition     = aws_lambda_function.this["transformer"].memory_size == 3008 && aws_lambda_function.this["transformer"].timeout == 600 && aws_sqs_queue.this["transform"].visibility_timeout_seconds == 3600 && aws_lambda_event_source_mapping.queue["transformer"].scaling_config[0].maximum_concurrency == 50 && aws_lambda_function.this["transformer"].logging_config[0].application_log_level == "DEBUG"
    error_message = "What functions says of one counts, and its queue's visibility follows."
  }
}

run "no_package" {
  command = plan

  variables {
    package_bucket = null
    package_prefix = ""
    package_dir    = "tests/packages"
  }

  expect_failures = [aws_lambda_function.this]
}

run "nobody_to_tell" {
  command = plan

  variables {
    configuration = "{}"
  }

  expect_failures = [aws_lambda_function.this]
}

run "schedules" {
  command = plan

  assert {
    condition = { for name, s in aws_scheduler_schedule.this : name => "${s.schedule_expression} ${s.target[0].arn} ${s.target[0].input == null ? "-" : s.target[0].input}" } == {
      collector-sweep       = "rate(1 hour) arn:aws:lambda:eu-central-1:999999999999:function:seamark-collector -"
      transformer-reconcile = "rate(15 minutes) arn:aws:lambda:eu-central-1:999999999999:function:seamark-transformer {\"do\":\"reconcile\"}"
      transformer-compact   = "rate(1 hour) arn:aws:lambda:eu-central-1:999999999999:function:seamark-transformer {\"do\":\"compact\"}"
      transformer-retain    = "rate(1 day) arn:aws:lambda:eu-central-1:999999999999:function:seamark-transformer {\"do\":\"retain\"}"
      transformer-canary    = "rate(5 minutes) arn:aws:lambda:eu-central-1:999999999999:function:seamark-transformer {\"do\":\"canary\"}"
      indexer-reconcile     = "rate(15 minutes) arn:aws:lambda:eu-central-1:999999999999:function:seamark-indexer {\"do\":\"reconcile\"}"
      alerter-reconcile     = "rate(5 minutes) arn:aws:lambda:eu-central-1:999999999999:function:seamark-alerter {\"do\":\"reconcile\"}"
      alerter-rules         = "rate(1 minute) arn:aws:lambda:eu-central-1:999999999999:function:seamark-alerter {\"do\":\"rules\"}"
    }
    error_message = "The schedules are the collector's sweep, and reconcile, compact, retain, canary and rules of the others."
  }
  assert {
    condition     = alltrue([for s in aws_scheduler_schedule.this : s.target[0].role_arn == "arn:aws:iam::999999999999:role/seamark-hub-scheduler" && s.flexible_time_window[0].mode == "OFF" && s.group_name == "seamark"])
    error_message = "The schedules have a group and a role of their own, and keep their time."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.scheduler[0].policy).Statement == [{
      Sid      = "Invoke", Effect = "Allow", Action = ["lambda:InvokeFunction"]
      Resource = [for f in ["alerter", "collector", "indexer", "transformer"] : "arn:aws:lambda:eu-central-1:999999999999:function:seamark-${f}"]
    }]
    error_message = "The schedules' role may start the four functions and nothing else."
  }
  assert {
    condition = jsondecode(aws_iam_role.scheduler[0].assume_role_policy).Statement == [{
      Effect    = "Allow", Action = "sts:AssumeRole", Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = "999999999999", "aws:SourceArn" = "arn:aws:scheduler:eu-central-1:999999999999:schedule-group/seamark" } }
    }]
    error_message = "Only this account's schedules of this group take the role."
  }
}

run "schedules_of_yours" {
  command = plan

  variables {
    schedules = { transformer-retain = "cron(0 3 * * ? *)", alerter-rules = "off" }
  }

  assert {
    condition     = aws_scheduler_schedule.this["transformer-retain"].schedule_expression == "cron(0 3 * * ? *)" && !contains(keys(aws_scheduler_schedule.this), "alerter-rules")
    error_message = "A schedule of yours replaces ours; off makes none."
  }
}

run "nothing" {
  command = plan

  variables {
    create = false
  }

  assert {
    condition = sum([
      length(aws_sqs_queue.this), length(aws_lambda_function.this), length(aws_s3_bucket.this), length(aws_iam_role.function), length(aws_scheduler_schedule.this), length(aws_cloudwatch_event_bus.this),
      length(aws_kinesis_firehose_delivery_stream.this), length(aws_glue_catalog_table.injected), length(aws_cloudwatch_metric_alarm.this), length(aws_sns_topic.operators), length(aws_athena_named_query.this), length(aws_cloudwatch_event_rule.bus),
    ]) == 0
    error_message = "create = false makes nothing."
  }
}
