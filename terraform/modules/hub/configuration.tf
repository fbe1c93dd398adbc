# What the module knows is said for the operator; what the operator says counts. The accounts'
# roles, topics and destinations carry their names because modules/spoke and hub-region give them.
locals {
  said = yamldecode(var.configuration)
  known = {
    deployment = var.name
    lake       = local.lake_url
    regions    = length(var.regions) > 0 ? sort(var.regions) : [local.region]
    accounts   = [for a in sort(var.account_ids) : { id = a, alias = lookup(var.account_aliases, a, a) }]
  }
  known_onboard = merge(
    {
      role        = "${var.name}/${var.name}-collector"
      externalID  = var.external_id
      destination = "arn:${local.partition}:logs:{region}:${local.account_id}:destination:${var.name}"
      exclude     = ["/aws/lambda/${var.name}-*"]
    },
    # A destination that is open to an organisation asks each sender for a role.
    var.organization_id == null ? {} : {
      destinationRole = "arn:${local.partition}:iam::{account}:role/${var.name}/${var.name}-sender"
    },
    # Nobody is listed: the organisation knows its accounts.
    { for k, v in { organization = {} } : k => v if var.organization_id != null && length(var.account_ids) == 0 },
  )
  known_alarms     = { topic = "arn:${local.partition}:sns:{region}:{account}:${var.name}-alarms" }
  known_opensearch = local.indexes ? { opensearch = merge({ url = local.opensearch_url }, try(local.said.opensearch, {})) } : {}

  configuration = yamlencode(merge(local.known, local.said, local.known_opensearch, {
    onboard = merge(local.known_onboard, try(local.said.onboard, {}))
    alarms  = merge(local.known_alarms, try(local.said.alarms, {}))
  }))
}

resource "aws_s3_object" "configuration" {
  count = var.create ? 1 : 0

  bucket                 = aws_s3_bucket.this[0].id
  key                    = "config/seamark.yml"
  content                = local.configuration
  content_type           = "application/yaml"
  kms_key_id             = var.kms_key_arn
  server_side_encryption = var.kms_key_arn == null ? "AES256" : "aws:kms"
  bucket_key_enabled     = var.kms_key_arn != null
  tags                   = local.tags

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this]
}
