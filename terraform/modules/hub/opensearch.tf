# The index is optional and is made from the lake: a domain of the module's own, a cluster of
# yours, or none.
locals {
  make_domain    = var.create && var.opensearch != null
  domain_arn     = local.make_domain ? "arn:${local.partition}:es:${local.region}:${local.account_id}:domain/${var.name}" : var.opensearch_domain_arn
  opensearch_url = local.make_domain ? "https://${aws_opensearch_domain.this[0].endpoint}" : try(trimsuffix(var.opensearch_url, "/"), null)

  search_write = local.domain_arn == null ? [] : [{
    Sid      = "Index"
    Effect   = "Allow"
    Action   = ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"]
    Resource = ["${local.domain_arn}/*"]
  }]
  search_read = local.domain_arn == null ? [] : [{
    Sid      = "Search"
    Effect   = "Allow"
    Action   = ["es:ESHttpPost"]
    Resource = ["${local.domain_arn}/*"]
  }]

  domain_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Functions"
        Effect    = "Allow"
        Principal = { AWS = [for f in ["alerter", "indexer"] : "${local.iam}:role/${var.name}-hub-${f}"] }
        Action    = ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"]
        Resource  = "arn:${local.partition}:es:${local.region}:${local.account_id}:domain/${var.name}/*"
      },
      {
        Sid       = "Administrators"
        Effect    = "Allow"
        Principal = { AWS = [try(var.opensearch.admin_role_arn, "")] }
        Action    = ["es:ESHttp*"]
        Resource  = "arn:${local.partition}:es:${local.region}:${local.account_id}:domain/${var.name}/*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "opensearch" {
  count = local.make_domain ? 1 : 0

  name              = "/aws/opensearch/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = local.tags
}

resource "aws_cloudwatch_log_resource_policy" "opensearch" {
  count = local.make_domain ? 1 : 0

  policy_name = "${var.name}-opensearch"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = ["logs:PutLogEvents", "logs:CreateLogStream"]
      Resource  = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/opensearch/${var.name}:*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id }, ArnLike = { "aws:SourceArn" = "arn:${local.partition}:es:${local.region}:${local.account_id}:domain/${var.name}" } }
    }]
  })
}

resource "aws_opensearch_domain" "this" {
  count = local.make_domain ? 1 : 0

  domain_name     = var.name
  engine_version  = var.opensearch.engine_version
  access_policies = local.domain_policy

  cluster_config {
    instance_type            = var.opensearch.instance_type
    instance_count           = var.opensearch.instance_count
    dedicated_master_enabled = var.opensearch.dedicated_nodes
    dedicated_master_type    = var.opensearch.dedicated_nodes ? "m7g.large.search" : null
    dedicated_master_count   = var.opensearch.dedicated_nodes ? 3 : null
    zone_awareness_enabled   = var.opensearch.instance_count > 1
    dynamic "zone_awareness_config" {
      for_each = var.opensearch.instance_count > 1 ? [1] : []
      content {
        availability_zone_count = var.opensearch.instance_count % 3 == 0 ? 3 : 2
      }
    }
  }
  ebs_options {
    ebs_enabled = true
    volume_type = "gp3"
    volume_size = var.opensearch.volume_gb
  }
  encrypt_at_rest {
    enabled    = true
    kms_key_id = var.kms_key_arn
  }
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }
  advanced_security_options {
    enabled                        = true
    internal_user_database_enabled = false
    master_user_options {
      master_user_arn = var.opensearch.admin_role_arn
    }
  }
  log_publishing_options {
    log_type                 = "ES_APPLICATION_LOGS"
    cloudwatch_log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/opensearch/${var.name}:*"
  }
  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    cloudwatch_log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/opensearch/${var.name}:*"
  }
  dynamic "vpc_options" {
    for_each = var.vpc == null ? [] : [var.vpc]
    content {
      subnet_ids         = slice(vpc_options.value.subnet_ids, 0, min(length(vpc_options.value.subnet_ids), var.opensearch.instance_count > 1 ? (var.opensearch.instance_count % 3 == 0 ? 3 : 2) : 1))
      security_group_ids = aws_security_group.endpoints[*].id
    }
  }
  tags = local.tags

  depends_on = [aws_cloudwatch_log_resource_policy.opensearch, aws_iam_role.function]
}
