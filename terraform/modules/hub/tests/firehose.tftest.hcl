# Firehose: as it arrived, below landing/, and what goes astray outside the lake.

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

run "firehose" {
  command = plan

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].prefix == "landing/!{timestamp:yyyy/MM/dd/HH}/" && aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].bucket_arn == "arn:aws:s3:::seamark-999999999999-eu-central-1"
    error_message = "Firehose writes below landing/, by the hour of arrival."
  }
  assert {
    condition     = startswith(aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].error_output_prefix, "firehose-errors/")
    error_message = "What Firehose cannot deliver lies below firehose-errors/, outside the lake."
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].compression_format == "UNCOMPRESSED"
    error_message = "Firehose does not compress what is gzip already."
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].buffering_size == 64 && aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].buffering_interval == 300
    error_message = "Firehose writes an object at 64 MB or 300 s."
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].server_side_encryption[0].enabled
    error_message = "What Firehose holds is encrypted."
  }
  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.firehose[0].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" } == {
      Write  = "s3:PutObject s3:AbortMultipartUpload on arn:aws:s3:::seamark-999999999999-eu-central-1/landing/* arn:aws:s3:::seamark-999999999999-eu-central-1/firehose-errors/*"
      Bucket = "s3:GetBucketLocation s3:ListBucket s3:ListBucketMultipartUploads on arn:aws:s3:::seamark-999999999999-eu-central-1"
      Log    = "logs:PutLogEvents on arn:aws:logs:eu-central-1:999999999999:log-group:/aws/kinesisfirehose/seamark:*"
    }
    error_message = "Firehose may write below landing/ and firehose-errors/; nothing else."
  }
  assert {
    condition = jsondecode(aws_iam_role.firehose[0].assume_role_policy).Statement == [{
      Effect    = "Allow", Action = "sts:AssumeRole", Principal = { Service = "firehose.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = "999999999999", "aws:SourceArn" = "arn:aws:firehose:eu-central-1:999999999999:deliverystream/seamark" } }
    }]
    error_message = "Only this stream takes Firehose's role."
  }
}

run "stream" {
  command = plan

  variables {
    kinesis_stream_arn = "arn:aws:kinesis:eu-central-1:999999999999:stream/logs"
    firehose_buffer    = { megabytes = 5, seconds = 60 }
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].kinesis_source_configuration[0].kinesis_stream_arn == "arn:aws:kinesis:eu-central-1:999999999999:stream/logs" && length(aws_kinesis_firehose_delivery_stream.this[0].server_side_encryption) == 0 && output.firehose_arn == "arn:aws:kinesis:eu-central-1:999999999999:stream/logs"
    error_message = "With a Kinesis stream as the source the destinations send to it."
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].buffering_size == 5 && aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].buffering_interval == 60
    error_message = "firehose_buffer sets the buffer."
  }
  assert {
    condition     = !contains(keys(aws_lambda_function.this["transformer"].environment[0].variables), "SEAMARK_FIREHOSE_ARN") && !contains([for s in jsondecode(aws_iam_role_policy.function["transformer"].policy).Statement : s.Sid], "Canary")
    error_message = "A Firehose that reads a stream takes no puts: the canary is landed."
  }
}

run "yours" {
  command = plan

  variables {
    firehose_arn = "arn:aws:firehose:eu-central-1:999999999999:deliverystream/company-logs"
  }

  assert {
    condition     = length(aws_kinesis_firehose_delivery_stream.this) == 0 && length(aws_iam_role.firehose) == 0 && output.firehose_arn == "arn:aws:firehose:eu-central-1:999999999999:deliverystream/company-logs"
    error_message = "With a Firehose of yours none is made."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["firehose-delivery"].dimensions == tomap({ DeliveryStreamName = "company-logs" })
    error_message = "The alarms on Firehose watch the one that delivers."
  }
}

run "theirs" {
  command = plan

  variables {
    firehose_arn = "arn:aws:firehose:eu-central-1:888888888888:deliverystream/company-logs"
  }

  assert {
    condition     = !contains(keys(aws_lambda_function.this["transformer"].environment[0].variables), "SEAMARK_FIREHOSE_ARN")
    error_message = "The canary goes through a Firehose of yours, but for another account's."
  }
}
