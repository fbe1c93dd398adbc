# Firehose calls the transformer, partitions and converts by itself: what is there then, and what is not.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_ids    = ["111111111111", "222222222222"]
  external_id    = "4711-acme"
  configuration  = "receivers: [{name: all, folder: {path: cards}}]"
  package_bucket = "releases"
  package_prefix = "seamark/1.0.0/"
  firehose_mode  = "inline"
}

run "inline" {
  command = plan

  variables {
    lake_prefix = "logs/"
    inline_days = { lake = 400, landing = 35 }
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].prefix == "logs/lake/!{partitionKeyFromLambda:table}/product=!{partitionKeyFromLambda:product}/environment=!{partitionKeyFromLambda:environment}/date=!{partitionKeyFromLambda:date}/hour=!{partitionKeyFromLambda:hour}/" && aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].error_output_prefix == "firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    error_message = "Firehose writes each row where Athena's tables look for it, and what goes astray below firehose-errors/."
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].dynamic_partitioning_configuration[0].enabled
    error_message = "Partitions are the transformer's to say."
  }
  assert {
    condition     = [for p in aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].processing_configuration[0].processors : "${p.type} ${join(", ", sort([for q in p.parameters : "${q.parameter_name}=${q.parameter_value}"]))}"] == ["Lambda BufferSizeInMBs=0.5, LambdaArn=arn:aws:lambda:eu-central-1:999999999999:function:seamark-transformer:$LATEST"] && aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].processing_configuration[0].enabled
    error_message = "Firehose calls the transformer with half a megabyte at a time."
  }
  assert {
    condition = (
      aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].compression_format == "UNCOMPRESSED" &&
      length(aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].data_format_conversion_configuration[0].input_format_configuration[0].deserializer[0].open_x_json_ser_de) == 1 &&
      aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].data_format_conversion_configuration[0].output_format_configuration[0].serializer[0].parquet_ser_de[0].compression == "GZIP" &&
      join(".", [for s in aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].data_format_conversion_configuration[0].schema_configuration : "${s.database_name}.${s.table_name} by ${s.role_arn}"]) == "seamark.inline by arn:aws:iam::999999999999:role/seamark-hub-firehose"
    )
    error_message = "Rows become Parquet by the columns of the table inline; the file itself is not compressed once more."
  }
  assert {
    condition = (
      { for c in aws_glue_catalog_table.inline[0].storage_descriptor[0].columns : c.name => c.type } == merge([for t in concat(values(aws_glue_catalog_table.injected)) : { for c in t.storage_descriptor[0].columns : c.name => c.type }]...) &&
      length(aws_glue_catalog_table.inline[0].storage_descriptor[0].columns) == length(distinct(flatten([for t in aws_glue_catalog_table.injected : t.storage_descriptor[0].columns[*].name])))
    )
    error_message = "The table inline has the columns of both tables, each once."
  }
  assert {
    condition = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].s3_backup_mode == "Enabled" && [for b in aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].s3_backup_configuration : "${b.bucket_arn} ${b.prefix} ${b.error_output_prefix} ${b.compression_format}"] == [
      "arn:aws:s3:::seamark-999999999999-eu-central-1 logs/landing/!{timestamp:yyyy/MM/dd/HH}/ firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/ UNCOMPRESSED",
    ]
    error_message = "What arrives is kept as it is below landing/: the only thing that the lake can be made of anew."
  }
  assert {
    condition     = length(aws_s3_bucket_notification.this) == 0 && join(" ", sort([for q in aws_sqs_queue.this : q.name])) == "seamark-alert seamark-collect" && join(" ", keys(aws_lambda_event_source_mapping.queue)) == "alerter collector"
    error_message = "Nothing triggers transformer and indexer: there is no queue of theirs, and the bucket notifies nobody."
  }
  assert {
    condition     = join(" ", keys(aws_lambda_function.this)) == "alerter collector transformer" && join(" ", keys(aws_scheduler_schedule.this)) == "alerter-reconcile collector-sweep"
    error_message = "There is no indexer, and nothing that needs a ledger is done on a schedule."
  }
  assert {
    condition = { for name, f in aws_lambda_function.this : name => join(" ", [for k, v in f.environment[0].variables : "${k}=${v}" if !contains(["SEAMARK_CONFIG_FILE", "SEAMARK_CONFIG_HASH", "SEAMARK_LAKE"], k)]) } == {
      alerter     = "SEAMARK_QUEUE_URL=https://sqs.eu-central-1.amazonaws.com/999999999999/seamark-alert"
      collector   = "SEAMARK_FIREHOSE_MODE=inline SEAMARK_GLUE_DATABASE=seamark SEAMARK_QUEUE_URL=https://sqs.eu-central-1.amazonaws.com/999999999999/seamark-collect"
      transformer = "SEAMARK_FIREHOSE_MODE=inline"
    }
    error_message = "Transformer and collector are told of the mode, the transformer of no queue and no canary."
  }
  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.firehose[0].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" if !contains(["Bucket", "Log"], s.Sid) } == {
      Write     = "s3:PutObject s3:AbortMultipartUpload on arn:aws:s3:::seamark-999999999999-eu-central-1/logs/landing/* arn:aws:s3:::seamark-999999999999-eu-central-1/logs/lake/* arn:aws:s3:::seamark-999999999999-eu-central-1/firehose-errors/*"
      Transform = "lambda:InvokeFunction lambda:GetFunctionConfiguration on arn:aws:lambda:eu-central-1:999999999999:function:seamark-transformer:$LATEST"
      Columns   = "glue:GetTable glue:GetTableVersion glue:GetTableVersions on arn:aws:glue:eu-central-1:999999999999:catalog arn:aws:glue:eu-central-1:999999999999:database/seamark arn:aws:glue:eu-central-1:999999999999:table/seamark/inline"
    }
    error_message = "Firehose may write lake, landing and errors, call the transformer and read the table inline; nothing else."
  }
  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.function["transformer"].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" } == {
      Log           = "logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-central-1:999999999999:log-group:/aws/lambda/seamark-transformer:*"
      Configuration = "s3:GetObject on arn:aws:s3:::seamark-999999999999-eu-central-1/config/seamark.yml"
      List          = "s3:ListBucket on arn:aws:s3:::seamark-999999999999-eu-central-1"
      Read          = "s3:GetObject on arn:aws:s3:::seamark-999999999999-eu-central-1/logs/formats/*"
      Back          = "firehose:PutRecordBatch on arn:aws:firehose:eu-central-1:999999999999:deliverystream/seamark"
    }
    error_message = "The transformer may read its configuration and formats, and put back what is beyond 6 MB; nothing else."
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.function["collector"].policy).Statement : join(" ", s.Resource) if s.Sid == "Write"] == ["arn:aws:s3:::seamark-999999999999-eu-central-1/logs/collector/* arn:aws:s3:::seamark-999999999999-eu-central-1/logs/formats/*"]
    error_message = "The collector lands no history, which nobody would transform."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.scheduler[0].policy).Statement[0].Resource == [for f in ["alerter", "collector"] : "arn:aws:lambda:eu-central-1:999999999999:function:seamark-${f}"]
    error_message = "The schedules start alerter and collector alone."
  }
  assert {
    condition = { for name, a in aws_cloudwatch_metric_alarm.this : name => "${a.namespace} ${a.metric_name} ${join(",", values(a.dimensions))} ${a.statistic} ${a.comparison_operator == "LessThanThreshold" ? "<" : ">="} ${a.threshold}" if a.namespace == "seamark" || a.namespace == "AWS/Firehose" } == {
      landing-failed          = "seamark LandingFailed seamark-transformer Sum >= 1"
      quarantined             = "seamark Quarantined seamark-transformer Sum >= 1"
      cards-undelivered       = "seamark Undelivered seamark-alerter Sum >= 1"
      firehose-delivery       = "AWS/Firehose DeliveryToS3.Success seamark Average < 1"
      firehose-age            = "AWS/Firehose DeliveryToS3.DataFreshness seamark Maximum >= 1200"
      firehose-transformation = "AWS/Firehose ExecuteProcessing.Success seamark Average < 1"
      firehose-conversion     = "AWS/Firehose FailedConversion.Records seamark Sum >= 1"
      firehose-partitions     = "AWS/Firehose PartitionCountExceeded seamark Maximum >= 1"
      firehose-backup         = "AWS/Firehose BackupToS3.Success seamark Average < 1"
    }
    error_message = "Alarms watch what is counted in this mode: Firehose's calls, conversion, partitions and backup, and no ledger."
  }
  assert {
    condition     = { for r in aws_s3_bucket_lifecycle_configuration.this[0].rule : r.filter[0].prefix => r.expiration[0].days if length(r.expiration) > 0 && startswith(r.id, "expire-la") } == { "logs/lake/" = 400, "logs/landing/" = 35 }
    error_message = "inline_days says when S3 deletes what lies below lake/ and landing/."
  }
}

run "inline_keeps" {
  command = plan

  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.this[0].rule : r.id if startswith(r.id, "expire-")] == ["expire-firehose-errors", "expire-athena-results"]
    error_message = "Without inline_days nothing of the lake expires."
  }
}

run "lands" {
  command = plan

  variables {
    firehose_mode = "landing"
  }

  assert {
    condition     = length(aws_glue_catalog_table.inline) == 0 && length(aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].processing_configuration) + length(aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].dynamic_partitioning_configuration) + length(aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].data_format_conversion_configuration) + length(aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].s3_backup_configuration) == 0 && aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].s3_backup_mode == "Disabled"
    error_message = "Where Firehose lands it neither calls, partitions, converts nor keeps a second copy."
  }
}
