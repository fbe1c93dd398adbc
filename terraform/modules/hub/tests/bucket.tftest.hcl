# The bucket: nobody reads it from outside, nothing triggers but what must, tiers as configured.

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

run "bucket" {
  command = plan

  assert {
    condition     = aws_s3_bucket.this[0].bucket == "seamark-999999999999-eu-central-1" && aws_s3_bucket.this[0].force_destroy == false
    error_message = "The bucket is called after name, account and region, and is not deleted with what it holds."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this[0].block_public_acls, aws_s3_bucket_public_access_block.this[0].block_public_policy,
      aws_s3_bucket_public_access_block.this[0].ignore_public_acls, aws_s3_bucket_public_access_block.this[0].restrict_public_buckets,
    ])
    error_message = "Public access is blocked in all four ways."
  }
  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this[0].rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists of objects count for nothing."
  }
  assert {
    condition = jsondecode(aws_s3_bucket_policy.this[0].policy).Statement == [{
      Sid       = "TLSOnly", Effect = "Deny", Principal = "*", Action = "s3:*"
      Resource  = ["arn:aws:s3:::seamark-999999999999-eu-central-1", "arn:aws:s3:::seamark-999999999999-eu-central-1/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "The bucket refuses what does not come over TLS, and its policy lets nobody in."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this[0].rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Without a key of yours S3's own encrypts."
  }
  assert {
    condition = toset([for q in aws_s3_bucket_notification.this[0].queue : "${q.filter_prefix} ${coalesce(q.filter_suffix, "-")} ${join(",", q.events)} ${q.queue_arn}"]) == toset([
      "landing/ - s3:ObjectCreated:* arn:aws:sqs:eu-central-1:999999999999:seamark-transform",
      "ledger/2 .json s3:ObjectCreated:* arn:aws:sqs:eu-central-1:999999999999:seamark-index",
    ])
    error_message = "Landing objects trigger transform, new ledger entries trigger index, and nothing else triggers."
  }
  assert {
    condition = { for r in aws_s3_bucket_lifecycle_configuration.this[0].rule : r.id => [for t in r.transition : "${t.days} ${t.storage_class}"] if startswith(r.id, "tiers-") } == {
      tiers-landing = ["30 STANDARD_IA", "90 GLACIER_IR"]
      tiers-lake    = ["30 STANDARD_IA", "90 GLACIER_IR"]
    }
    error_message = "Landing objects and lake files move to Standard-IA after 30 days and to Glacier Instant Retrieval after 90."
  }
  assert {
    condition = { for r in aws_s3_bucket_lifecycle_configuration.this[0].rule : r.filter[0].prefix => r.expiration[0].days if length(r.expiration) > 0 } == {
      "firehose-errors/" = 90
      "athena-results/"  = 7
    }
    error_message = "What Firehose gave up and Athena's results expire; nothing of the lake does."
  }
  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.this[0].rule : r.abort_incomplete_multipart_upload[0].days_after_initiation if r.id == "abort-uploads"] == [1]
    error_message = "Uploads that were cut short go after a day."
  }
}

run "key" {
  command = plan

  variables {
    kms_key_arn     = "arn:aws:kms:eu-central-1:999999999999:key/00000000-0000-0000-0000-000000000000"
    lake_prefix     = "logs/"
    infrequent_days = 0
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this[0].rule).bucket_key_enabled && one(one(aws_s3_bucket_server_side_encryption_configuration.this[0].rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "A key of yours encrypts the bucket, through a bucket key."
  }
  assert {
    condition     = toset([for q in aws_s3_bucket_notification.this[0].queue : q.filter_prefix]) == toset(["logs/landing/", "logs/ledger/2"])
    error_message = "With lake_prefix the triggers lie below it."
  }
  assert {
    condition     = toset(flatten([for r in aws_s3_bucket_lifecycle_configuration.this[0].rule : [for t in r.transition : t.storage_class]])) == toset(["GLACIER_IR"])
    error_message = "With 0 days nothing moves to that tier."
  }
  assert {
    condition     = aws_lambda_function.this["transformer"].environment[0].variables.SEAMARK_LAKE == "s3://seamark-999999999999-eu-central-1/logs"
    error_message = "SEAMARK_LAKE names the prefix."
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].kms_key_arn == var.kms_key_arn && aws_kinesis_firehose_delivery_stream.this[0].extended_s3_configuration[0].prefix == "logs/landing/!{timestamp:yyyy/MM/dd/HH}/"
    error_message = "Firehose writes below the prefix and encrypts with the key."
  }
  assert {
    condition     = alltrue([for name, p in aws_iam_role_policy.function : contains([for s in jsondecode(p.policy).Statement : "${s.Sid} ${join(",", s.Action)} ${join(",", s.Resource)}"], "BucketKey kms:Decrypt,kms:GenerateDataKey ${var.kms_key_arn}")])
    error_message = "Every function may use the key, and no other."
  }
  assert {
    condition     = one(aws_athena_workgroup.this[0].configuration[0].result_configuration[0].encryption_configuration).kms_key_arn == var.kms_key_arn
    error_message = "Athena's results are encrypted with the key."
  }
}
