# A Firehose that is there already delivers into the hub's bucket. Terraform does not change it: set
# its S3 destination as output firehose_must says.

provider "aws" {
  region = var.region
}

module "hub" {
  source = "../../modules/hub"

  account_ids    = var.account_ids
  external_id    = var.external_id
  package_bucket = var.package_bucket
  package_prefix = var.package_prefix
  configuration  = file("${path.module}/seamark.yml")
  secrets        = { SLACK_TOKEN = var.slack_token_arn }
  firehose_arn   = var.firehose_arn
}

module "hub_region" {
  source = "../../modules/hub-region"

  account_ids = var.account_ids
  target_arn  = module.hub.firehose_arn
}

resource "aws_iam_role_policy" "firehose" {
  name = "seamark-landing"
  role = var.firehose_role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Land"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = ["arn:aws:s3:::${module.hub.bucket}/landing/*", "arn:aws:s3:::${module.hub.bucket}/firehose-errors/*"]
      },
      {
        Sid      = "Bucket"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        Resource = ["arn:aws:s3:::${module.hub.bucket}"]
      },
    ]
  })
}
