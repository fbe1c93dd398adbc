variable "create" {
  description = "Whether anything is made. false keeps the module call and makes nothing."
  type        = bool
  default     = true
  nullable    = false
}

variable "name" {
  description = "The hub's name; what the module makes is called after it."
  type        = string
  default     = "seamark"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "name must be 2 to 20 lower-case letters, digits and hyphens, and begin with a letter: 'seamark', the same as the hub's."
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

variable "hub_account_id" {
  description = "Account of the hub: output account_id of the hub."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.hub_account_id))
    error_message = "hub_account_id must be the 12 digits of the hub's account, in quotes so that a leading 0 is kept."
  }
}

variable "hub_bus_arn" {
  description = "Event bus of the hub: output bus_arn of the hub."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+$", var.hub_bus_arn))
    error_message = "hub_bus_arn must be the ARN of an event bus: output bus_arn of the hub."
  }
}

variable "entering_role_arns" {
  description = "The only roles that may enter this account: output entering_role_arns of the hub. Default: <name>-hub-alerter and <name>-hub-collector of the hub's account."
  type        = list(string)
  default     = null

  validation {
    condition     = var.entering_role_arns == null || try(length(var.entering_role_arns) > 0 && alltrue([for a in var.entering_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*?]+$", a))]), false)
    error_message = "entering_role_arns must be ARNs of roles, without * and ?: output entering_role_arns of the hub."
  }
}

variable "external_id" {
  description = "External id that the collector must know, the same as the hub's. No secret."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@:/_-]{2,128}$", var.external_id))
    error_message = "external_id must be 2 to 128 letters, digits and + = , . @ : / _ -, the same as the hub's."
  }
}

variable "organization_id" {
  description = "Organisation that the collector must belong to besides. Say it where the hub does: the sender's role is made with it."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must look like o-a1b2c3d4e5: aws organizations describe-organization shows it."
  }
}

variable "deployment" {
  description = "Owner mark on what Seamark makes (deployment in seamark.yml). Default: name."
  type        = string
  default     = null

  validation {
    condition     = var.deployment == null || can(regex("^[A-Za-z0-9._-]{1,64}$", var.deployment))
    error_message = "deployment must be 1 to 64 letters, digits and . _ -, as in seamark.yml."
  }
}

variable "manage_access_logs" {
  description = "Whether the collector may switch on access logs of API stages (apigateway.manageAccessLogs)."
  type        = bool
  default     = false
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role that is made."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}
