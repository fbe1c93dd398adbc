# CloudWatch Logs sends gzip'd payloads: Firehose writes them one behind the other as they are.
locals {
  make_firehose = var.create && var.firehose_arn == null
  landing       = "${var.lake_prefix}landing/!{timestamp:yyyy/MM/dd/HH}/"
  # What goes astray lies outside the lake, where nothing is triggered by it.
  error_prefix = "firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"

  # Inline, as howto/aws.md has it.
  # Source: https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-s3bucketprefix.html
  partitions         = "${var.lake_prefix}lake/${join("/", concat(["!{partitionKeyFromLambda:table}"], [for p in local.columns.partitions : "${p.name}=!{partitionKeyFromLambda:${p.name}}"]))}/"
  transformer_latest = "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}-transformer:$LATEST"
  inline_calls = local.inline ? [{
    LambdaArn = local.transformer_latest
    # Of gzip, a call: rows are some eight times as many, and an answer holds 6 MB. More goes back
    # into the stream and is paid for twice. Firehose takes 0.2 to 3 MB; at 1, its default, it
    # would tell terraform nothing of the parameter.
    # Source: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    BufferSizeInMBs = "0.5"
  }] : []

  firehose_role = "${var.name}-hub-firehose"
  firehose_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "firehose.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id, "aws:SourceArn" = local.firehose_arn } }
    }]
  })
  firehose_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for s in [
      {
        Sid      = "Write"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = concat(["${local.lake_arn}landing/*"], local.inline ? ["${local.lake_arn}lake/*"] : [], ["${local.bucket_arn}/firehose-errors/*"])
      },
      {
        Sid      = "Bucket"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        Resource = [local.bucket_arn]
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:PutLogEvents"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/kinesisfirehose/${var.name}:*"]
      },
      { Sid = "Key", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = compact([var.kms_key_arn]) },
      {
        Sid      = "Stream"
        Effect   = "Allow"
        Action   = ["kinesis:DescribeStream", "kinesis:GetShardIterator", "kinesis:GetRecords", "kinesis:ListShards"]
        Resource = compact([var.kinesis_stream_arn])
      },
      {
        # Source: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
        Sid      = "Transform"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"]
        Resource = local.inline ? [local.transformer_latest] : []
      },
      {
        # Source: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-glue
        Sid      = "Columns"
        Effect   = "Allow"
        Action   = ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"]
        Resource = local.inline ? ["${local.glue}:catalog", "${local.glue}:database/${local.database}", "${local.glue}:table/${local.database}/inline"] : []
      },
    ] : s if length(s.Resource) > 0]
  })
}

resource "aws_iam_role" "firehose" {
  count = local.make_firehose ? 1 : 0

  name                 = local.firehose_role
  description          = "Writes what CloudWatch Logs sends into Seamark's bucket"
  assume_role_policy   = local.firehose_trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "firehose" {
  count = local.make_firehose ? 1 : 0

  name   = "deliver"
  role   = aws_iam_role.firehose[0].name
  policy = local.firehose_policy
}

resource "aws_cloudwatch_log_group" "firehose" {
  count = local.make_firehose ? 1 : 0

  name              = "/aws/kinesisfirehose/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = local.tags
}

resource "aws_cloudwatch_log_stream" "firehose" {
  count = local.make_firehose ? 1 : 0

  name           = "delivery"
  log_group_name = aws_cloudwatch_log_group.firehose[0].name
}

resource "aws_kinesis_firehose_delivery_stream" "this" {
  count = local.make_firehose ? 1 : 0

  name        = var.name
  destination = "extended_s3"

  extended_s3_configuration {
    role_arn            = "${local.iam}:role/${local.firehose_role}"
    bucket_arn          = local.bucket_arn
    prefix              = local.inline ? local.partitions : local.landing
    error_output_prefix = local.error_prefix
    buffering_size      = var.firehose_buffer.megabytes
    buffering_interval  = var.firehose_buffer.seconds
    compression_format  = "UNCOMPRESSED" # it is gzip already
    kms_key_arn         = var.kms_key_arn

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.firehose[0].name
      log_stream_name = aws_cloudwatch_log_stream.firehose[0].name
    }

    # Inline: the transformer's function makes rows of records, with the keys of their partition.
    dynamic "processing_configuration" {
      for_each = local.inline_calls
      content {
        enabled = true
        processors {
          type = "Lambda"
          dynamic "parameters" {
            for_each = processing_configuration.value
            content {
              parameter_name  = parameters.key
              parameter_value = parameters.value
            }
          }
        }
      }
    }
    dynamic "dynamic_partitioning_configuration" {
      for_each = local.inline_calls
      content {
        enabled = true # for good: AWS switches it neither on nor off for a stream that is there
      }
    }
    dynamic "data_format_conversion_configuration" {
      for_each = local.inline_calls
      content {
        input_format_configuration {
          deserializer {
            open_x_json_ser_de {} # reads our times, milliseconds since 1970
          }
        }
        output_format_configuration {
          serializer {
            parquet_ser_de {
              compression = "GZIP" # smaller than Snappy, and the CPU is Firehose's
            }
          }
        }
        schema_configuration {
          role_arn      = "${local.iam}:role/${local.firehose_role}"
          database_name = aws_glue_catalog_table.inline[0].database_name
          table_name    = aws_glue_catalog_table.inline[0].name
          region        = local.region
        }
      }
    }
    s3_backup_mode = local.inline ? "Enabled" : "Disabled"
    dynamic "s3_backup_configuration" {
      for_each = local.inline_calls
      content {
        role_arn            = "${local.iam}:role/${local.firehose_role}"
        bucket_arn          = local.bucket_arn
        prefix              = local.landing
        error_output_prefix = local.error_prefix
        buffering_size      = var.firehose_buffer.megabytes
        buffering_interval  = var.firehose_buffer.seconds
        compression_format  = "UNCOMPRESSED"
        kms_key_arn         = var.kms_key_arn
        cloudwatch_logging_options {
          enabled         = true
          log_group_name  = aws_cloudwatch_log_group.firehose[0].name
          log_stream_name = aws_cloudwatch_log_stream.firehose[0].name
        }
      }
    }
  }

  # Not with a stream as the source: what Firehose holds is then the stream's.
  dynamic "server_side_encryption" {
    for_each = var.kinesis_stream_arn == null ? [1] : []
    content {
      enabled  = true
      key_type = var.kms_key_arn == null ? "AWS_OWNED_CMK" : "CUSTOMER_MANAGED_CMK"
      key_arn  = var.kms_key_arn
    }
  }

  dynamic "kinesis_source_configuration" {
    for_each = var.kinesis_stream_arn == null ? [] : [var.kinesis_stream_arn]
    content {
      kinesis_stream_arn = kinesis_source_configuration.value
      role_arn           = "${local.iam}:role/${local.firehose_role}"
    }
  }

  tags = local.tags

  depends_on = [aws_iam_role_policy.firehose, aws_s3_bucket_policy.this, aws_lambda_function.this]
}
