# Optional: the functions inside a VPC of yours. They only call out; nobody calls them.
resource "aws_security_group" "functions" {
  count = var.create && var.vpc != null ? 1 : 0

  name        = "${var.name}-functions"
  description = "The functions of Seamark: calls out over HTTPS, nothing comes in"
  vpc_id      = var.vpc.id
  egress {
    description = "HTTPS to AWS, OpenSearch, Slack and Teams"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"] # chat services have no fixed addresses
  }
  tags = local.tags
}

resource "aws_security_group" "endpoints" {
  count = var.create && var.vpc != null ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "What the functions of Seamark call inside the VPC"
  vpc_id      = var.vpc.id
  ingress {
    description     = "HTTPS from the functions"
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    security_groups = aws_security_group.functions[*].id
  }
  tags = local.tags
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset([for s in try(var.vpc.endpoints, []) : s if var.create])

  vpc_id              = var.vpc.id
  service_name        = "com.amazonaws.${local.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = var.vpc.subnet_ids
  security_group_ids  = aws_security_group.endpoints[*].id
  tags                = local.tags
}

resource "aws_vpc_endpoint" "s3" {
  count = var.create && try(length(var.vpc.route_table_ids), 0) > 0 ? 1 : 0

  vpc_id            = var.vpc.id
  service_name      = "com.amazonaws.${local.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = var.vpc.route_table_ids
  tags              = local.tags
}
