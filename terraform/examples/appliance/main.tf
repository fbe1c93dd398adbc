# The whole of Seamark in one process on one machine; the lake is on its volume.

provider "aws" {
  region = var.region
}

module "appliance" {
  source = "../../modules/appliance"

  vpc_id            = var.vpc_id
  subnet_id         = var.subnet_id
  availability_zone = var.availability_zone
  binary_bucket     = var.binary_bucket
  binary_key        = var.binary_key
  binary_sha256     = var.binary_sha256
  allowed_cidrs     = var.networks
  port              = 8080
  secrets           = { login-token = var.login_token_arn }
  configuration     = file("${path.module}/seamark.yml")
}
