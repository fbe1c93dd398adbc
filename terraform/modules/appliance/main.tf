# The appliance on one machine with one volume. The volume outlives the machine: what Firehose was
# answered 200 for is fsynced there. Not Fargate: its disk goes with the task.

data "aws_caller_identity" "current" {
  count = var.account_id == null ? 1 : 0
}
data "aws_partition" "current" {}
data "aws_region" "current" {}

data "aws_ssm_parameter" "image" {
  count = var.create && var.ami_id == null ? 1 : 0

  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${var.architecture == "amd64" ? "x86_64" : "arm64"}"
}

locals {
  account_id = coalesce(var.account_id, one(data.aws_caller_identity.current[*].account_id))
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
  tags       = merge({ "seamark:component" = "appliance" }, var.tags)
  named      = merge(local.tags, { Name = var.name })

  trust = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
  lake = var.lake_bucket == null ? [] : ["arn:${local.partition}:s3:::${var.lake_bucket}"]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for s in [
      { Sid = "Binary", Effect = "Allow", Action = ["s3:GetObject"], Resource = ["arn:${local.partition}:s3:::${var.binary_bucket}/${var.binary_key}"] },
      { Sid = "Secrets", Effect = "Allow", Action = ["ssm:GetParameter"], Resource = sort(values(var.secrets)) },
      { Sid = "Objects", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], Resource = [for b in local.lake : "${b}/${var.lake_prefix}*"] },
      { Sid = "List", Effect = "Allow", Action = ["s3:ListBucket", "s3:ListBucketMultipartUploads"], Resource = local.lake },
      { Sid = "Enter", Effect = "Allow", Action = ["sts:AssumeRole"], Resource = compact([var.collector_role_pattern]) },
    ] : s if length(s.Resource) > 0]
  })

  user_data = templatefile("${path.module}/user-data.sh", {
    volume        = replace(try(aws_ebs_volume.data[0].id, "vol-"), "-", "")
    region        = local.region
    binary        = "s3://${var.binary_bucket}/${var.binary_key}"
    sha256        = var.binary_sha256
    configuration = base64encode(var.configuration)
    secrets       = join(" ", [for f, a in var.secrets : "${f}=${a}"])
  })
}

resource "aws_iam_role" "this" {
  count = var.create ? 1 : 0

  name                 = "${var.name}-machine"
  description          = "The machine of Seamark's appliance"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
  tags                 = local.tags
}

resource "aws_iam_role_policy" "this" {
  count = var.create ? 1 : 0

  name   = "work"
  role   = aws_iam_role.this[0].name
  policy = local.policy
}

# People get a shell and the page's port through Session Manager; there is no SSH.
resource "aws_iam_role_policy_attachment" "session_manager" {
  count = var.create ? 1 : 0

  role       = aws_iam_role.this[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "this" {
  count = var.create ? 1 : 0

  name = "${var.name}-machine"
  role = aws_iam_role.this[0].name
  tags = local.tags
}

resource "aws_security_group" "this" {
  count = var.create ? 1 : 0

  name        = var.name
  description = "The appliance of Seamark"
  vpc_id      = var.vpc_id
  dynamic "ingress" {
    for_each = length(var.allowed_cidrs) > 0 ? [1] : []
    content {
      description = "Page, API and front door"
      from_port   = var.port
      to_port     = var.port
      protocol    = "tcp"
      cidr_blocks = var.allowed_cidrs
    }
  }
  egress {
    description = "HTTPS to AWS, OpenSearch, Slack and Teams"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"] # chat services have no fixed addresses
  }
  tags = local.named
}

resource "aws_ebs_volume" "data" {
  count = var.create ? 1 : 0

  availability_zone = var.availability_zone
  type              = "gp3"
  size              = var.volume_gb
  encrypted         = true
  kms_key_id        = var.kms_key_arn
  final_snapshot    = true # so that destroy leaves what the volume held
  tags              = local.named
}

resource "aws_instance" "this" {
  count = var.create ? 1 : 0

  ami                         = coalesce(var.ami_id, one(data.aws_ssm_parameter.image[*].insecure_value))
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  availability_zone           = var.availability_zone
  vpc_security_group_ids      = aws_security_group.this[*].id
  iam_instance_profile        = aws_iam_instance_profile.this[0].name
  user_data                   = local.user_data
  user_data_replace_on_change = true
  ebs_optimized               = true
  monitoring                  = true
  tags                        = local.named

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  root_block_device {
    volume_type = "gp3"
    encrypted   = true
    kms_key_id  = var.kms_key_arn
  }

  lifecycle {
    ignore_changes = [ami]
    precondition {
      condition     = length(local.user_data) <= 16384
      error_message = "user data would be ${length(local.user_data)} bytes long; EC2 takes 16,384: shorten the configuration."
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_volume_attachment" "data" {
  count = var.create ? 1 : 0

  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.data[0].id
  instance_id                    = aws_instance.this[0].id
  stop_instance_before_detaching = true # a new machine gets the volume when the old one has let go of it
}
