# Athena reads the lake where it lies; partitions are computed, never registered. The columns are
# those of schemas/, which writes columns.json.
locals {
  make_athena = var.create && var.athena != null
  database    = replace(var.name, "-", "_")
  columns     = jsondecode(file("${path.module}/columns.json"))
  glue        = "arn:${local.partition}:glue:${local.region}:${local.account_id}"

  tables_arns = !local.make_athena ? [] : concat(
    ["${local.glue}:catalog", "${local.glue}:database/${local.database}"],
    [for t in ["access_logs", "access_logs_all", "logs", "logs_all"] : "${local.glue}:table/${local.database}/${t}"],
  )

  # What does not depend on the kind of table.
  projection = !local.make_athena ? {} : {
    "parquet.compression"           = "ZSTD"
    "EXTERNAL"                      = "TRUE"
    "classification"                = "parquet"
    "projection.enabled"            = "true"
    "projection.environment.type"   = "enum"
    "projection.environment.values" = join(",", var.athena.environments)
    "projection.date.type"          = "date"
    "projection.date.format"        = "yyyy-MM-dd"
    "projection.date.range"         = "${var.athena.since},NOW+3DAYS"
    "projection.hour.type"          = "integer"
    "projection.hour.range"         = "0,23"
    "projection.hour.digits"        = "2"
  }
  locations = { for t, _ in local.columns.tables : t => "${local.lake_url}/lake/${t}/" }
  template  = "product=$${product}/environment=$${environment}/date=$${date}/hour=$${hour}/"
}

resource "aws_glue_catalog_database" "this" {
  count = local.make_athena ? 1 : 0

  name         = local.database
  description  = "Seamark's lake"
  location_uri = "${local.lake_url}/lake/"
  tags         = local.tags
}

# Any number of products; a question must name one. The collector keeps the environments current.
resource "aws_glue_catalog_table" "injected" {
  for_each = { for name, t in local.columns.tables : name => t if local.make_athena }

  database_name = aws_glue_catalog_database.this[0].name
  name          = each.key
  description   = each.value.doc
  table_type    = "EXTERNAL_TABLE"
  parameters = merge(local.projection, {
    "projection.product.type"   = "injected"
    "storage.location.template" = "${local.locations[each.key]}${local.template}"
  })

  dynamic "partition_keys" {
    for_each = local.columns.partitions
    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.comment
    }
  }
  storage_descriptor {
    location      = local.locations[each.key]
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }
    dynamic "columns" {
      for_each = each.value.columns
      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }

  lifecycle {
    ignore_changes = [parameters["projection.environment.values"]]
  }
}

# A list of products too, which the collector keeps current; a question need not name one.
resource "aws_glue_catalog_table" "enumerated" {
  for_each = { for name, t in local.columns.tables : name => t if local.make_athena }

  database_name = aws_glue_catalog_database.this[0].name
  name          = "${each.key}_all"
  description   = each.value.doc
  table_type    = "EXTERNAL_TABLE"
  parameters = merge(local.projection, {
    "projection.product.type"   = "enum"
    "projection.product.values" = join(",", var.athena.products)
    "storage.location.template" = "${local.locations[each.key]}${local.template}"
  })

  dynamic "partition_keys" {
    for_each = local.columns.partitions
    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.comment
    }
  }
  storage_descriptor {
    location      = local.locations[each.key]
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }
    dynamic "columns" {
      for_each = each.value.columns
      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }
  }

  lifecycle {
    ignore_changes = [parameters["projection.product.values"], parameters["projection.environment.values"]]
  }
}

# What Firehose converts by where it does: a stream has one schema, so that this has the columns of
# both tables. Nobody asks it; the tables above find their columns by name.
resource "aws_glue_catalog_table" "inline" {
  count = local.make_athena && local.inline ? 1 : 0

  database_name = aws_glue_catalog_database.this[0].name
  name          = "inline"
  description   = "The columns of what Firehose writes. Ask logs and access_logs instead."
  table_type    = "EXTERNAL_TABLE"
  parameters    = { "EXTERNAL" = "TRUE", "classification" = "parquet" }

  storage_descriptor {
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }
    dynamic "columns" {
      for_each = distinct([for c in flatten([for t in values(local.columns.tables) : t.columns]) : { name = c.name, type = c.type }])
      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}

resource "aws_athena_workgroup" "this" {
  count = local.make_athena ? 1 : 0

  name          = var.name
  description   = "Questions to Seamark's lake"
  force_destroy = var.force_destroy
  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.athena.scan_limit_gb * 1024 * 1024 * 1024
    engine_version {
      selected_engine_version = "Athena engine version 3"
    }
    result_configuration {
      output_location       = "s3://${local.bucket}/athena-results/"
      expected_bucket_owner = local.account_id
      encryption_configuration {
        encryption_option = var.kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
  tags = local.tags
}

locals {
  # The file's name is the question's; its first line says what it answers.
  questions = { for f in fileset("${path.module}/queries", "*.sql") : trimsuffix(f, ".sql") => file("${path.module}/queries/${f}") }
}

resource "aws_athena_named_query" "this" {
  for_each = { for name, q in local.questions : name => q if local.make_athena }

  name        = "${var.name}-${each.key}"
  description = trimprefix(split("\n", each.value)[0], "-- ")
  workgroup   = aws_athena_workgroup.this[0].name
  database    = aws_glue_catalog_database.this[0].name
  query       = each.value
}
