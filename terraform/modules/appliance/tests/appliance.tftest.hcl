# The machine: what it may do, who reaches it, and that its data outlive it.

mock_provider "aws" {
  source = "./tests/mocks"

  mock_resource "aws_ebs_volume" {
    defaults = { id = "vol-0123456789abcdef0" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0123456789abcdef0" }
  }
}

variables {
  vpc_id            = "vpc-1"
  subnet_id         = "subnet-1"
  availability_zone = "eu-central-1a"
  binary_bucket     = "releases"
  binary_key        = "seamark/1.0.0/seamark-linux-arm64"
  binary_sha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  configuration     = "data: /var/lib/seamark\nlisten: 0.0.0.0:443\n"
}

run "machine" {
  command = plan

  assert {
    condition     = aws_ebs_volume.data[0].encrypted && aws_ebs_volume.data[0].availability_zone == "eu-central-1a" && aws_instance.this[0].root_block_device[0].encrypted
    error_message = "The volumes are encrypted, the data volume in the machine's zone."
  }
  assert {
    condition     = aws_ebs_volume.data[0].final_snapshot && aws_volume_attachment.data[0].stop_instance_before_detaching
    error_message = "The data outlive the machine: it stops before the volume goes, and destroy leaves a snapshot."
  }
  assert {
    condition     = aws_instance.this[0].metadata_options[0].http_tokens == "required" && aws_instance.this[0].metadata_options[0].http_put_response_hop_limit == 1
    error_message = "The metadata service asks for a token, one hop away."
  }
  assert {
    condition     = { for s in jsondecode(aws_iam_role_policy.this[0].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" } == { Binary = "s3:GetObject on arn:aws:s3:::releases/seamark/1.0.0/seamark-linux-arm64" }
    error_message = "Without a bucket for the lake the machine may fetch its binary and nothing else."
  }
  assert {
    condition     = jsondecode(aws_iam_role.this[0].assume_role_policy).Statement == [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
    error_message = "Only EC2 takes the machine's role."
  }
}

run "bucket" {
  command = plan

  variables {
    lake_bucket            = "acme-logs"
    lake_prefix            = "logs/"
    allowed_cidrs          = ["10.0.0.0/8"]
    collector_role_pattern = "arn:aws:iam::*:role/seamark/seamark-collector"
    secrets                = { login-token = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/login-token" }
    permissions_boundary   = "arn:aws:iam::999999999999:policy/bounds"
  }

  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.this[0].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" if s.Sid != "Binary" } == {
      Secrets = "ssm:GetParameter on arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/login-token"
      Objects = "s3:GetObject s3:PutObject s3:DeleteObject s3:AbortMultipartUpload on arn:aws:s3:::acme-logs/logs/*"
      List    = "s3:ListBucket s3:ListBucketMultipartUploads on arn:aws:s3:::acme-logs"
      Enter   = "sts:AssumeRole on arn:aws:iam::*:role/seamark/seamark-collector"
    }
    error_message = "With a bucket the machine may work below the lake's prefix, read its secrets and enter the accounts' roles."
  }
  assert {
    condition     = [for r in aws_security_group.this[0].ingress : "${r.protocol} ${r.from_port}-${r.to_port} ${join(",", r.cidr_blocks)}"] == ["tcp 443-443 10.0.0.0/8"]
    error_message = "The networks that are named reach the port, and no other."
  }
  assert {
    condition     = aws_iam_role.this[0].permissions_boundary == "arn:aws:iam::999999999999:policy/bounds"
    error_message = "The boundary bounds the machine's role."
  }
}

run "apply" {
  variables {
    secrets = { login-token = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/login-token" }
  }

  assert {
    condition = alltrue([for line in [
      "device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0",
      "aws s3 cp --quiet s3://releases/seamark/1.0.0/seamark-linux-arm64 /tmp/seamark",
      "echo \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  /tmp/seamark\" | sha256sum --check --quiet",
      "ExecStart=/usr/local/bin/seamark up --config /etc/seamark/seamark.yml",
      "RequiresMountsFor=/var/lib/seamark",
      "for pair in login-token=arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/login-token; do",
      base64encode("data: /var/lib/seamark\nlisten: 0.0.0.0:443\n"),
    ] : strcontains(aws_instance.this[0].user_data, "${line}\n")])
    error_message = "User data mounts the volume, checks the binary, writes configuration and secrets, and has systemd run seamark up."
  }
  # The mock answers with rules of its own where the module says none.
  assert {
    condition     = alltrue([for r in aws_security_group.this[0].ingress : r.description != "Page, API and front door"]) && [for r in aws_security_group.this[0].egress : "${r.protocol} ${r.from_port}-${r.to_port}"] == ["tcp 443-443"]
    error_message = "Nobody reaches the machine unless a network is named; it calls out over HTTPS alone."
  }
  assert {
    condition     = aws_instance.this[0].ami == "ami-0123456789abcdef0"
    error_message = "The image is Amazon Linux's newest unless one is named."
  }
  assert {
    condition     = alltrue([for r in [aws_instance.this[0], aws_ebs_volume.data[0], aws_security_group.this[0]] : r.tags == tomap({ "seamark:component" = "appliance", "Name" = "seamark-appliance" })])
    error_message = "Everything carries the tags."
  }
}

run "nothing" {
  command = plan

  variables {
    create = false
  }

  assert {
    condition     = length(aws_instance.this) + length(aws_ebs_volume.data) + length(aws_iam_role.this) + length(aws_security_group.this) == 0
    error_message = "create = false makes nothing."
  }
}
