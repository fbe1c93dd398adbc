# CloudWatch Logs sends gzip'd payloads: Firehose writes them one behind the other as they are.
locals {
  make_firehose = var.create && var.firehose_arn == null
  # What goes astray lies outside the lake, where nothing is triggered by it.
  error_prefix = "firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"

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
        Resource = ["${local.lake_arn}landing/*", "${local.bucket_arn}/firehose-errors/*"]
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
    prefix              = "${var.lake_prefix}landing/!{timestamp:yyyy/MM/dd/HH}/"
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

  depends_on = [aws_iam_role_policy.firehose, aws_s3_bucket_policy.this]
}
