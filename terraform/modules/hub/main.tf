# Names and ARNs are put together here and nowhere else: a plan then knows them, and the tests
# can ask who may do what with which queue instead of comparing unknown values.

data "aws_caller_identity" "current" {
  count = var.account_id == null ? 1 : 0
}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = coalesce(var.account_id, one(data.aws_caller_identity.current[*].account_id))
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
  tags       = merge({ "seamark:component" = var.name }, var.tags)

  bucket     = coalesce(var.bucket, "${var.name}-${local.account_id}-${local.region}")
  bucket_arn = "arn:${local.partition}:s3:::${local.bucket}"
  # Of a key below the lake: "${local.lake_arn}landing/*".
  lake_arn = "${local.bucket_arn}/${var.lake_prefix}"
  lake_url = trimsuffix("s3://${local.bucket}/${var.lake_prefix}", "/")

  iam          = "arn:${local.partition}:iam::${local.account_id}"
  sqs          = "arn:${local.partition}:sqs:${local.region}:${local.account_id}"
  bus_arn      = "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/${var.name}"
  rule_arn     = "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${var.name}"
  firehose_arn = coalesce(var.firehose_arn, "arn:${local.partition}:firehose:${local.region}:${local.account_id}:deliverystream/${var.name}")

  # What the canary goes through: a stream of this account that takes direct puts.
  canary_firehose = var.kinesis_stream_arn == null && split(":", local.firehose_arn)[4] == local.account_id ? local.firehose_arn : null

  # Firehose calls the transformer, and there is no ledger: nobody works off landing/, indexes, compacts or expires.
  inline = var.firehose_mode == "inline"

  # Nothing is indexed where there is no index.
  indexes = var.opensearch != null || var.opensearch_url != null

  # One function a stage, each with its queue. A visibility of six time-outs is AWS's advice for
  # queues that start functions; collect's messages hold hints, of which later sweeps know better,
  # so that three tries do.
  stages = {
    collector   = { queue = "collect", batch = 100, window = 2, tries = 3, memory = 512, timeout = 900, concurrency = 5 }
    transformer = { queue = "transform", batch = 1, window = 0, tries = 5, memory = 1769, timeout = 300, concurrency = 20 }
    indexer     = { queue = "index", batch = 10, window = 0, tries = 5, memory = 1024, timeout = 300, concurrency = 5 }
    alerter     = { queue = "alert", batch = 1, window = 0, tries = 5, memory = 256, timeout = 60, concurrency = 2 }
  }
  functions = {
    for name, s in local.stages : name => merge(s, {
      memory      = coalesce(try(var.functions[name].memory, null), s.memory)
      timeout     = coalesce(try(var.functions[name].timeout, null), s.timeout)
      concurrency = coalesce(try(var.functions[name].concurrency, null), s.concurrency)
      log_level   = coalesce(try(var.functions[name].log_level, null), "INFO")
      name        = "${var.name}-${name}"
      arn         = "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}-${name}"
      role        = "${var.name}-hub-${name}"
      role_arn    = "${local.iam}:role/${var.name}-hub-${name}"
      log_group   = "/aws/lambda/${var.name}-${name}"
    }) if var.create && (name != "indexer" || local.indexes)
  }
  queued = { for name, f in local.functions : name => f if !(local.inline && name == "transformer") }
  queues = {
    for name, f in local.queued : f.queue => {
      function   = name
      name       = "${var.name}-${f.queue}"
      arn        = "${local.sqs}:${var.name}-${f.queue}"
      url        = "https://sqs.${local.region}.${data.aws_partition.current.dns_suffix}/${local.account_id}/${var.name}-${f.queue}"
      dead       = "${var.name}-${f.queue}-dlq"
      dead_arn   = "${local.sqs}:${var.name}-${f.queue}-dlq"
      visibility = 6 * f.timeout
      tries      = f.tries
    }
  }
}
