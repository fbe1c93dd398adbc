variable "create" {
  description = "Whether anything is made. false keeps the module call and makes nothing."
  type        = bool
  default     = true
  nullable    = false
}

variable "name" {
  description = "Name of the machine; roles, volume and security group begin with it."
  type        = string
  default     = "seamark-appliance"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,39}$", var.name))
    error_message = "name must be 2 to 40 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "tags" {
  description = "Tags of everything that can carry some."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "account_id" {
  description = "Number of this account. Default: asked of AWS, which a plan without credentials cannot."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null || can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an account, in quotes so that a leading 0 is kept."
  }
}

variable "vpc_id" {
  description = "VPC in which the machine runs."
  type        = string

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be the id of a VPC: vpc-…."
  }
}

variable "subnet_id" {
  description = "Subnet in which it runs; it must lie in availability_zone and lead to AWS (NAT or endpoints)."
  type        = string

  validation {
    condition     = startswith(var.subnet_id, "subnet-")
    error_message = "subnet_id must be the id of a subnet: subnet-…."
  }
}

variable "availability_zone" {
  description = "Zone of the subnet: the volume must lie in the same, such as eu-central-1a."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$", var.availability_zone))
    error_message = "availability_zone must be a zone such as eu-central-1a, that of the subnet."
  }
}

variable "ami_id" {
  description = "Machine image with systemd, cloud-init, curl and the AWS command line. Default: the newest Amazon Linux 2023 for the architecture; a newer one does not replace the machine."
  type        = string
  default     = null

  validation {
    condition     = var.ami_id == null || can(regex("^ami-[0-9a-f]+$", var.ami_id))
    error_message = "ami_id must be the id of an image: ami-…."
  }
}

variable "architecture" {
  description = "arm64 or amd64; instance type and binary must be of it."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "amd64"], var.architecture)
    error_message = "architecture must be arm64 or amd64."
  }
}

variable "instance_type" {
  description = "Type of the machine."
  type        = string
  default     = "m7g.large"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.instance_type))
    error_message = "instance_type must be a type such as m7g.large."
  }
}

variable "volume_gb" {
  description = "Size of the data volume. With a lake in a bucket it holds what waits to be uploaded, and the cache."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.volume_gb >= 20 && var.volume_gb <= 16384
    error_message = "volume_gb must be 20 to 16384."
  }
}

variable "kms_key_arn" {
  description = "KMS key of the volumes. Default: AWS's own for EBS."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key (arn:aws:kms:…:key/…), not of an alias."
  }
}

variable "binary_bucket" {
  description = "Bucket that holds the binary."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.binary_bucket))
    error_message = "binary_bucket must be the name of a bucket."
  }
}

variable "binary_key" {
  description = "Key of the binary, such as seamark/1.4.0/seamark-linux-arm64. Another key or checksum replaces the machine; the data volume stays."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.binary_key)) && !startswith(var.binary_key, "/")
    error_message = "binary_key must be a key of letters, digits and . _ / -, without / at its beginning."
  }
}

variable "binary_sha256" {
  description = "SHA-256 of the binary in hex: sha256sum prints it. Another binary is not started."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.binary_sha256))
    error_message = "binary_sha256 must be 64 hex digits: sha256sum bin/seamark."
  }
}

variable "configuration" {
  description = "Text of seamark.yml. Its data folder must be /var/lib/seamark; secrets are files below /run/seamark-secrets."
  type        = string

  validation {
    condition     = try(yamldecode(var.configuration).data, "") == "/var/lib/seamark"
    error_message = "configuration must be the text of a seamark.yml with data: /var/lib/seamark, where the volume is."
  }
  validation {
    condition     = length(var.configuration) <= 8192
    error_message = "configuration is longer than 8,192 characters: user data holds 16 KB in all."
  }
}

variable "secrets" {
  description = "File name below /run/seamark-secrets => ARN of the SSM parameter whose value it holds, such as login-token. They are read at each start; values never come near the state."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for f, _ in var.secrets : can(regex("^[a-z0-9][a-z0-9._-]*$", f))])
    error_message = "The keys of secrets must be plain file names such as login-token."
  }
  validation {
    condition     = alltrue([for _, a in var.secrets : can(regex("^arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9._/-]+$", a))])
    error_message = "The values of secrets must be ARNs of SSM parameters, never the secrets themselves."
  }
}

variable "lake_bucket" {
  description = "Bucket in which the lake is (lake: s3://… in the configuration). Default: none; the lake is on the volume."
  type        = string
  default     = null

  validation {
    condition     = var.lake_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.lake_bucket))
    error_message = "lake_bucket must be the name of a bucket."
  }
}

variable "lake_prefix" {
  description = "Where in that bucket: empty, or such as logs/."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.lake_prefix == "" || can(regex("^[a-z0-9][a-z0-9/_.-]*/$", var.lake_prefix))
    error_message = "lake_prefix must be empty or end with / and not begin with one: logs/."
  }
}

variable "collector_role_pattern" {
  description = "Roles that the appliance may take in accounts that it looks after, such as arn:aws:iam::*:role/seamark/seamark-collector. Default: none."
  type        = string
  default     = null

  validation {
    condition     = var.collector_role_pattern == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|\\*):role/[^*]+$", var.collector_role_pattern))
    error_message = "collector_role_pattern must be the ARN of a role, with * for the account at most."
  }
}

variable "port" {
  description = "Port that the appliance listens on (listen in the configuration)."
  type        = number
  default     = 443
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535
    error_message = "port must be 1 to 65535."
  }
}

variable "allowed_cidrs" {
  description = "Networks that may reach the port. Nobody by default: people come through Session Manager's port forwarding."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for c in var.allowed_cidrs : can(cidrhost(c, 0))])
    error_message = "allowed_cidrs must be networks such as 10.0.0.0/8."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds the machine's role."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
