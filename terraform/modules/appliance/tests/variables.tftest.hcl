# Wrong variables: see modules/hub.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  vpc_id            = "vpc-1"
  subnet_id         = "subnet-1"
  availability_zone = "eu-central-1a"
  binary_bucket     = "releases"
  binary_key        = "seamark/1.0.0/seamark-linux-arm64"
  binary_sha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  configuration     = "data: /var/lib/seamark"
}

run "first" {
  command = plan

  variables {
    name                   = "Appliance"
    account_id             = "99999999999"
    vpc_id                 = "default"
    subnet_id              = "default"
    availability_zone      = "eu-central-1"
    ami_id                 = "al2023"
    architecture           = "x86_64"
    instance_type          = "large"
    volume_gb              = 8
    kms_key_arn            = "arn:aws:kms:eu-central-1:999999999999:alias/x"
    binary_bucket          = "s3://releases"
    binary_key             = "/seamark"
    binary_sha256          = "e3b0c442"
    configuration          = "data: .seamark"
    secrets                = { "../x" = "arn:aws:ssm:eu-central-1:999999999999:parameter/x" }
    lake_bucket            = "s3://logs"
    lake_prefix            = "/logs"
    collector_role_pattern = "arn:aws:iam::*:role/*"
    port                   = 0
    allowed_cidrs          = ["everybody"]
    permissions_boundary   = "bounds"
  }

  expect_failures = [
    var.name, var.account_id, var.vpc_id, var.subnet_id, var.availability_zone, var.ami_id, var.architecture, var.instance_type, var.volume_gb, var.kms_key_arn,
    var.binary_bucket, var.binary_key, var.binary_sha256, var.configuration, var.secrets, var.lake_bucket, var.lake_prefix, var.collector_role_pattern, var.port,
    var.allowed_cidrs, var.permissions_boundary,
  ]
}

run "second" {
  command = plan

  variables {
    configuration = format("data: /var/lib/seamark # %9000s", "x")
    secrets       = { login-token = "hunter2" }
  }

  expect_failures = [var.configuration, var.secrets]
}
