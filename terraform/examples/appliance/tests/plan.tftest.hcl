mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "999999999999" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

variables {
  vpc_id            = "vpc-1"
  subnet_id         = "subnet-1"
  availability_zone = "eu-central-1a"
  binary_bucket     = "releases"
  binary_key        = "seamark/1.0.0/seamark-linux-arm64"
  binary_sha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  login_token_arn   = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/login-token"
  networks          = ["10.0.0.0/8"]
}

run "plan" {
  command = plan

  assert {
    condition     = module.appliance.role_arn == "arn:aws:iam::999999999999:role/seamark-appliance-machine"
    error_message = "The machine has its role."
  }
}
