# The bucket is the only truth. Nothing here deletes what the lake holds: landing objects and lake
# files go by the configuration's `retention:`, which knows what is accounted for.

resource "aws_s3_bucket" "this" {
  count = var.create ? 1 : 0

  bucket        = local.bucket
  force_destroy = var.force_destroy
  tags          = local.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  count = var.create ? 1 : 0

  bucket                  = aws_s3_bucket.this[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  count = var.create ? 1 : 0

  bucket = aws_s3_bucket.this[0].id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = var.create ? 1 : 0

  bucket = aws_s3_bucket.this[0].id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

locals {
  bucket_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TLSOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket_policy" "this" {
  count = var.create ? 1 : 0

  bucket = aws_s3_bucket.this[0].id
  policy = local.bucket_policy

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = var.create ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    id     = "abort-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # The ledger is read all the time and its objects are small: it stays where it is.
  dynamic "rule" {
    for_each = var.infrequent_days + var.instant_days > 0 ? toset(["landing", "lake"]) : toset([])
    content {
      id     = "tiers-${rule.key}"
      status = "Enabled"
      filter {
        prefix = "${var.lake_prefix}${rule.key}/"
      }
      dynamic "transition" {
        for_each = var.infrequent_days > 0 ? [1] : []
        content {
          days          = var.infrequent_days
          storage_class = "STANDARD_IA"
        }
      }
      dynamic "transition" {
        for_each = var.instant_days > 0 ? [1] : []
        content {
          days          = var.instant_days
          storage_class = "GLACIER_IR"
        }
      }
    }
  }

  # Inline nobody else deletes: retention looks into the ledger.
  dynamic "rule" {
    for_each = { for folder, days in var.inline_days : folder => days if days > 0 }
    content {
      id     = "expire-${rule.key}"
      status = "Enabled"
      filter {
        prefix = "${var.lake_prefix}${rule.key}/"
      }
      expiration {
        days = rule.value
      }
    }
  }

  rule {
    id     = "expire-firehose-errors"
    status = "Enabled"
    filter {
      prefix = "firehose-errors/"
    }
    expiration {
      days = var.firehose_errors_days
    }
  }

  rule {
    id     = "expire-athena-results"
    status = "Enabled"
    filter {
      prefix = "athena-results/"
    }
    expiration {
      days = coalesce(try(var.athena.results_days, null), 7)
    }
  }
}

# Two triggers and no more. The indexer's is the ledger entry, one for each landing object and
# written last: the lake files appear before it, dozens of them, and are not yet true.
resource "aws_s3_bucket_notification" "this" {
  count = var.create && !local.inline ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  queue {
    id            = "landing"
    queue_arn     = local.queues["transform"].arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "${var.lake_prefix}landing/"
  }

  dynamic "queue" {
    for_each = local.indexes ? [1] : []
    content {
      id            = "ledger"
      queue_arn     = local.queues["index"].arn
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = "${var.lake_prefix}ledger/2"
      filter_suffix = ".json"
    }
  }

  depends_on = [aws_sqs_queue_policy.this] # S3 sends a test message at once
}
