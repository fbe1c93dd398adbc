# One role a function, with what its code calls and nothing else: scripts/terraform/rights.py compares
# them with what the built functions were seen to ask for. Where a statement says "*", AWS
# knows no narrower resource for its actions, and the comment says so.
locals {
  lambda_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  parameters = sort([for _, a in var.secrets : a if can(regex("^arn:[a-z-]+:ssm:", a))])
  # A key of a JSON secret may follow its ARN (arn:…:secret:name:key::); the right is on the secret.
  secret_objects = sort(distinct([for _, a in var.secrets : join(":", slice(split(":", a), 0, 7)) if can(regex("^arn:[a-z-]+:secretsmanager:", a))]))

  # What every function needs.
  common = {
    for name, f in local.functions : name => [for s in [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${f.log_group}:*"]
      },
      {
        # Receiving is Lambda's; the alerter hands nothing on.
        Sid      = "Queue"
        Effect   = "Allow"
        Action   = concat(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"], name == "alerter" ? [] : ["sqs:SendMessage"])
        Resource = contains(keys(local.queued), name) ? [local.queues[f.queue].arn] : []
      },
      {
        Sid      = "Configuration"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${local.bucket_arn}/config/seamark.yml"]
      },
      { Sid = "Parameters", Effect = "Allow", Action = ["ssm:GetParameter"], Resource = local.parameters },
      { Sid = "Secrets", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = local.secret_objects },
      { Sid = "SecretKeys", Effect = "Allow", Action = ["kms:Decrypt"], Resource = sort(var.secret_key_arns) },
      { Sid = "BucketKey", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = compact([var.kms_key_arn]) },
      {
        # Network interfaces have no names before they are made: AWS takes "*" alone.
        Sid      = "Network"
        Effect   = "Allow"
        Action   = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
        Resource = var.vpc == null ? [] : ["*"]
      },
    ] : s if length(s.Resource) > 0]
  }

  canary_marks = local.canary_firehose == null ? [] : ["canary"]

  # Folders of the lake that a function reads, writes and deletes from. Reading lists as well: to who
  # may not list, S3 says of an object that is not there that it is forbidden.
  folders = merge(local.all_folders, { for name, f in local.inline_folders : name => f if local.inline })
  # Inline the collector fetches no history, and what the transformer makes goes back to Firehose.
  inline_folders = {
    collector   = { read = ["collector", "formats", "lake"], write = ["collector", "formats"], delete = ["collector"], parts = true }
    transformer = { read = ["formats"], write = [], delete = [], parts = false }
  }
  all_folders = {
    collector = {
      read   = ["collector", "formats", "landing", "ledger", "lake"]
      write  = ["collector", "formats", "landing"]
      delete = ["collector"]
      parts  = true # objects may be so large that they are written in parts
    }
    transformer = {
      read  = ["landing", "lake", "ledger", "senders", "formats"]
      list  = concat(["quarantine"], local.canary_marks)
      write = concat(["landing", "lake", "ledger", "quarantine", "senders"], local.canary_marks)
      # A canary's mark goes when its event is found.
      delete = concat(["landing", "lake", "ledger", "quarantine", "senders"], local.canary_marks)
      parts  = true
    }
    indexer = {
      read   = ["lake", "ledger", "indexed"]
      write  = ["indexed"]
      delete = ["indexed"]
      parts  = false
    }
    alerter = {
      read   = ["incidents", "collector"] # there stands which rules tags ask for
      write  = ["incidents"]
      delete = ["incidents"]
      parts  = false
    }
  }
  storage = {
    for name, f in local.folders : name => [for s in [
      {
        # IfExists: for an object that is not there S3 answers 404 only to who may list the bucket, and a
        # request for an object has no prefix to be like; without it the answer would be 403.
        Sid       = "List"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [local.bucket_arn]
        Condition = { StringLikeIfExists = { "s3:prefix" = flatten([for d in concat(f.read, try(f.list, [])) : ["${var.lake_prefix}${d}", "${var.lake_prefix}${d}/*"]]) } }
      },
      { Sid = "Read", Effect = "Allow", Action = ["s3:GetObject"], Resource = [for d in f.read : "${local.lake_arn}${d}/*"] },
      { Sid = "Write", Effect = "Allow", Action = f.parts ? ["s3:PutObject", "s3:AbortMultipartUpload"] : ["s3:PutObject"], Resource = [for d in f.write : "${local.lake_arn}${d}/*"] },
      { Sid = "Delete", Effect = "Allow", Action = ["s3:DeleteObject"], Resource = [for d in f.delete : "${local.lake_arn}${d}/*"] },
    ] : s if length(s.Resource) > 0]
  }

  spoke_roles = var.organization_id == null ? [for a in sort(var.account_ids) : "arn:${local.partition}:iam::${a}:role/${var.name}/${var.name}-collector"] : ["arn:${local.partition}:iam::*:role/${var.name}/${var.name}-collector"]

  # Collector and alerter look at the accounts: the one for what to attach, the other for alarms' states.
  enter = [for s in [
    {
      Sid      = "Enter"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole"]
      Resource = local.spoke_roles
      # An account number that is any is one of this organisation's.
      Condition = var.organization_id == null ? null : { StringEquals = { "aws:ResourceOrgID" = var.organization_id } }
    },
    {
      # Organizations knows no narrower resource for its listings.
      Sid       = "ListAccounts"
      Effect    = "Allow"
      Action    = ["organizations:ListAccounts", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"]
      Resource  = var.organization_id == null ? [] : ["*"]
      Condition = null
    },
  ] : { for k, v in s : k => v if v != null } if length(s.Resource) > 0]

  special = {
    collector = concat(local.enter, [for s in [{
      Sid      = "Tables"
      Effect   = "Allow"
      Action   = ["glue:GetTable", "glue:UpdateTable"]
      Resource = local.tables_arns
    }] : s if length(s.Resource) > 0])
    transformer = [for s in [
      { Sid = "Canary", Effect = "Allow", Action = ["firehose:PutRecord"], Resource = local.inline ? [] : compact([local.canary_firehose]) },
      { Sid = "Back", Effect = "Allow", Action = ["firehose:PutRecordBatch"], Resource = local.inline ? [local.firehose_arn] : [] },
    ] : s if length(s.Resource) > 0]
    indexer = local.search_write
    alerter = concat(local.enter, local.search_read)
  }

  function_policies = {
    for name, f in local.functions : name => jsonencode({
      Version   = "2012-10-17"
      Statement = concat(local.common[name], local.storage[name], local.special[name])
    })
  }

  # The schedules' role.
  scheduler_role_arn = "${local.iam}:role/${var.name}-hub-scheduler"
  scheduler_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id, "aws:SourceArn" = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/${var.name}" } }
    }]
  })
  scheduler_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Invoke"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [for name in sort(keys(local.queued)) : local.queued[name].arn]
    }]
  })
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name                 = each.value.role
  description          = "Seamark's ${each.key}"
  assume_role_policy   = local.lambda_trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = "work"
  role   = aws_iam_role.function[each.key].name
  policy = local.function_policies[each.key]
}

resource "aws_iam_role" "scheduler" {
  count = var.create ? 1 : 0

  name                 = "${var.name}-hub-scheduler"
  description          = "Starts Seamark's functions on their schedules"
  assume_role_policy   = local.scheduler_trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "scheduler" {
  count = var.create ? 1 : 0

  name   = "invoke"
  role   = aws_iam_role.scheduler[0].name
  policy = local.scheduler_policy
}
