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
  description = "Event bus of the hub: output bus_arn of the hub. It may lie in another region."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+$", var.hub_bus_arn))
    error_message = "hub_bus_arn must be the ARN of an event bus: output bus_arn of the hub."
  }
}

variable "alert_queue_arn" {
  description = "Queue of the hub that may subscribe to the alarms' topic: output alert_queue_arn of the hub."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:.+$", var.alert_queue_arn))
    error_message = "alert_queue_arn must be the ARN of a queue: output alert_queue_arn of the hub."
  }
}

variable "events_role_arn" {
  description = "Role with which events go to the hub: output events_role_arn of the spoke. Default: arn:aws:iam::<account>:role/<name>/<name>-events."
  type        = string
  default     = null

  validation {
    condition     = var.events_role_arn == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.events_role_arn))
    error_message = "events_role_arn must be the ARN of a role: output events_role_arn of the spoke."
  }
}

variable "kms_key_arn" {
  description = "KMS key of the alarms' topic; its policy must let cloudwatch.amazonaws.com use it. Default: none, since the topic carries alarms and no log lines."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key (arn:aws:kms:…:key/…), not of an alias: CloudWatch cannot publish with AWS's own key for SNS."
  }
}
