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

variable "account_ids" {
  description = "Accounts that may send. 328 of them fit; beyond that use organization_id."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for a in var.account_ids : can(regex("^[0-9]{12}$", a))])
    error_message = "account_ids must be account numbers of 12 digits, in quotes so that a leading 0 is kept."
  }
  validation {
    condition     = length(var.account_ids) > 0 || var.organization_id != null || !var.create
    error_message = "Say who may send: account_ids, or organization_id for all accounts of an organisation."
  }
}

variable "organization_id" {
  description = "Organisation whose accounts may all send, in place of account_ids."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must look like o-a1b2c3d4e5: aws organizations describe-organization shows it."
  }
}

variable "target_arn" {
  description = "Where the destination sends: output firehose_arn of the hub. It may lie in another region."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:(firehose:[a-z0-9-]+:[0-9]{12}:deliverystream|kinesis:[a-z0-9-]+:[0-9]{12}:stream)/.+$", var.target_arn))
    error_message = "target_arn must be the ARN of a Firehose delivery stream or a Kinesis data stream: output firehose_arn of the hub."
  }
}

variable "alert_queue_arn" {
  description = "Queue that hears of alarms: output alert_queue_arn of the hub. Needed with alarm_topic_arns."
  type        = string
  default     = null

  validation {
    condition     = length(var.alarm_topic_arns) == 0 || var.alert_queue_arn != null
    error_message = "alert_queue_arn is missing: it is what the topics of alarm_topic_arns tell."
  }
}

variable "alarm_topic_arns" {
  description = "Topics of the accounts' alarms in this region that the alert queue subscribes to, by account: output topic_arn of spoke-region, or arn:aws:sns:<region>:<account>:<name>-alarms once the StackSet stands."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for _, a in var.alarm_topic_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+-alarms$", a))])
    error_message = "alarm_topic_arns must be ARNs of topics <name>-alarms: output topic_arn of spoke-region."
  }
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
