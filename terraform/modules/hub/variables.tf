variable "create" {
  description = "Whether anything is made. false keeps the module call and makes nothing."
  type        = bool
  default     = true
  nullable    = false
}

variable "name" {
  description = "Begins the name of everything: functions seamark-collector, queues seamark-collect, the event bus and the Logs destination seamark."
  type        = string
  default     = "seamark"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "name must be 2 to 20 lower-case letters, digits and hyphens, and begin with a letter: 'seamark'."
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

# Who may send.

variable "account_ids" {
  description = "Accounts that are looked after and may send; the alert queue listens to their alarms' topics. With organization_id it may be empty."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for a in var.account_ids : can(regex("^[0-9]{12}$", a))])
    error_message = "account_ids must be account numbers of 12 digits, in quotes so that a leading 0 is kept."
  }
}

variable "account_aliases" {
  description = "What people call the accounts, by number; cards say it. Default: the number."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for a, _ in var.account_aliases : contains(var.account_ids, a)])
    error_message = "account_aliases has a number that is not among account_ids."
  }
}

variable "organization_id" {
  description = "Organisation whose accounts may all send, such as o-a1b2c3d4e5. Without it only account_ids may. Without account_ids all its accounts are looked after; the hub must then be its management account or a delegated administrator."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must look like o-a1b2c3d4e5: aws organizations describe-organization shows it."
  }
}

variable "regions" {
  description = "Regions that are looked after in each account. Default: the hub's own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for r in var.regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", r))])
    error_message = "regions must be names of regions such as eu-central-1, not of availability zones."
  }
}

variable "external_id" {
  description = "External id that the roles in the accounts ask for (onboard.externalID). No secret, but the same in hub and spokes."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@:/_-]{2,128}$", var.external_id))
    error_message = "external_id must be 2 to 128 letters, digits and + = , . @ : / _ -, the same as that of the spokes."
  }
}

# Configuration and secrets.

variable "configuration" {
  description = "Text of seamark.yml. What the module knows (deployment, lake, accounts, regions, onboard, alarms.topic) is filled in where the text does not say it. No secret belongs into it."
  type        = string
  default     = "{}"
  nullable    = false

  validation {
    condition     = can(keys(yamldecode(var.configuration)))
    error_message = "configuration must be the text of a seamark.yml: file(\"seamark.yml\"), not its path. `seamark config check seamark.yml` names line and key of a fault."
  }
}

variable "secrets" {
  description = "Environment variable => ARN of the SSM parameter or Secrets Manager secret that holds its value, such as SLACK_TOKEN. The functions read them at their start; values never come near the state."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for k, _ in var.secrets : can(regex("^[A-Z][A-Z0-9_]*$", k)) && !startswith(k, "AWS_") && !startswith(k, "SEAMARK_")])
    error_message = "The keys of secrets must be names of environment variables such as SLACK_TOKEN; those that begin with AWS_ or SEAMARK_ are taken."
  }
  validation {
    condition     = alltrue([for _, v in var.secrets : can(regex("^arn:[a-z-]+:(ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+|secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+)$", v))])
    error_message = "The values of secrets must be ARNs of SSM parameters or Secrets Manager secrets, never the secrets themselves."
  }
}

variable "secret_key_arns" {
  description = "KMS keys with which the secrets are encrypted, where they are not AWS's own."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for k in var.secret_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", k))])
    error_message = "secret_key_arns must be ARNs of keys (arn:aws:kms:…:key/…), not of aliases."
  }
}

# The functions.

variable "package_dir" {
  description = "Folder that holds <function>-<arm64|amd64>.zip, as `scripts/lambda.sh` leaves them in dist/lambda."
  type        = string
  default     = null
}

variable "package_bucket" {
  description = "Bucket that holds the zips, in place of package_dir. It must lie in the hub's region."
  type        = string
  default     = null

  validation {
    condition     = (var.package_dir == null) != (var.package_bucket == null) || !var.create
    error_message = "Say where the functions' zips are: either package_dir (a folder here) or package_bucket (S3), and not both."
  }
}

variable "package_prefix" {
  description = "What precedes the zips' names in package_bucket, such as seamark/1.4.0/. Give each release its own: a new prefix is what updates the functions."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.package_prefix == "" || (endswith(var.package_prefix, "/") && !startswith(var.package_prefix, "/"))
    error_message = "package_prefix must end with / and not begin with one: seamark/1.4.0/."
  }
}

variable "architecture" {
  description = "arm64, a fifth cheaper, or amd64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "amd64"], var.architecture)
    error_message = "architecture must be arm64 or amd64."
  }
}

variable "functions" {
  description = "What differs from the defaults, by function: memory in MB, timeout in seconds, concurrency (how many at once its queue may start, 2 to 1000), log_level."
  type = map(object({
    memory      = optional(number)
    timeout     = optional(number)
    concurrency = optional(number)
    log_level   = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for f, _ in var.functions : contains(["collector", "transformer", "indexer", "alerter"], f)])
    error_message = "functions are collector, transformer, indexer and alerter."
  }
  validation {
    condition = alltrue([for _, f in var.functions :
      coalesce(f.memory, 128) >= 128 && coalesce(f.memory, 128) <= 10240 &&
      coalesce(f.timeout, 30) >= 30 && coalesce(f.timeout, 30) <= 900 &&
      coalesce(f.concurrency, 2) >= 2 && coalesce(f.concurrency, 2) <= 1000 &&
      contains(["DEBUG", "INFO", "WARN", "ERROR"], coalesce(f.log_level, "INFO"))
    ])
    error_message = "functions: memory is 128 to 10240 MB, timeout 30 to 900 s, concurrency 2 to 1000, log_level DEBUG, INFO, WARN or ERROR."
  }
  validation {
    condition     = var.firehose_mode == "landing" || coalesce(try(var.functions["transformer"].timeout, null), 300) <= 300
    error_message = "functions: with firehose_mode = \"inline\" the transformer's timeout is 300 s at most: Firehose waits no longer for its answer."
  }
}

variable "schedules" {
  description = "How often what is done, in place of the defaults: key as in output schedules, value such as 'rate(30 minutes)' or 'cron(0 3 * * ? *)'; 'off' makes none."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for _, s in var.schedules : s == "off" || can(regex("^(rate|cron)\\(.+\\)$", s))])
    error_message = "schedules must be rate(…) or cron(…) as EventBridge Scheduler takes them, or off."
  }
  validation {
    condition = alltrue([for k, _ in var.schedules : contains([
      "collector-sweep", "transformer-reconcile", "transformer-compact", "transformer-retain", "transformer-canary", "indexer-reconcile", "alerter-reconcile", "alerter-rules",
    ], k)])
    error_message = "schedules are collector-sweep, transformer-reconcile, transformer-compact, transformer-retain, transformer-canary, indexer-reconcile, alerter-reconcile and alerter-rules."
  }
  validation {
    condition     = var.firehose_mode == "landing" || alltrue([for k, _ in var.schedules : contains(["collector-sweep", "alerter-reconcile"], k)])
    error_message = "schedules: with firehose_mode = \"inline\" there are collector-sweep and alerter-reconcile alone."
  }
}

variable "log_retention_days" {
  description = "Days for which the functions' own logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, …"
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

# The bucket.

variable "bucket" {
  description = "Name of the bucket. Default: <name>-<account>-<region>."
  type        = string
  default     = null

  validation {
    condition     = var.bucket == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "bucket must be 3 to 63 lower-case letters, digits and hyphens (no dots: TLS)."
  }
}

variable "lake_prefix" {
  description = "Where in the bucket the lake is: empty, or such as logs/. config/, athena-results/ and firehose-errors/ stay outside."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.lake_prefix == "" || can(regex("^[a-z0-9][a-z0-9/_.-]*/$", var.lake_prefix))
    error_message = "lake_prefix must be empty or end with / and not begin with one: logs/."
  }
  validation {
    condition     = !anytrue([for p in ["config/", "athena-results/", "firehose-errors/"] : startswith(var.lake_prefix, p)])
    error_message = "lake_prefix must not lie below config/, athena-results/ or firehose-errors/."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` deletes the bucket although it holds logs."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "KMS key for bucket, Firehose, functions' logs and Athena's results; a bucket key keeps its price down. Default: S3's own encryption. README says what its policy must allow."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key (arn:aws:kms:…:key/…), not of an alias."
  }
}

variable "infrequent_days" {
  description = "Age in days at which landing objects and lake files move to Standard-IA (retention.infrequent); 0: never."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.infrequent_days == 0 || var.infrequent_days >= 30
    error_message = "infrequent_days must be 0 or at least 30: S3 moves nothing to Standard-IA before."
  }
}

variable "instant_days" {
  description = "And at this one to Glacier Instant Retrieval, where queries still read them at once (retention.instant); 0: never."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.instant_days == 0 || var.instant_days >= var.infrequent_days + 30
    error_message = "instant_days must be 0 or at least 30 days after infrequent_days: S3 bills 30 days of Standard-IA anyway."
  }
}

variable "firehose_errors_days" {
  description = "Days for which what Firehose could not deliver is kept below firehose-errors/."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.firehose_errors_days >= 7
    error_message = "firehose_errors_days must be at least 7: time for somebody to drive them in again."
  }
}

# Firehose.

variable "firehose_mode" {
  description = "landing: Firehose lands what arrives, and the transformer works it off with a ledger. inline: Firehose calls the transformer, partitions and converts by itself, without ledger, index and Seamark's own rules. README has what that gives up. A change makes the stream anew."
  type        = string
  default     = "landing"
  nullable    = false

  validation {
    condition     = contains(["landing", "inline"], var.firehose_mode)
    error_message = "firehose_mode must be landing or inline."
  }
}

variable "inline_days" {
  description = "With firehose_mode = \"inline\": days after which S3 deletes what lies below lake/ and landing/, since retention knows nothing of it; 0: never. Without landing/ the lake cannot be made anew."
  type = object({
    lake    = optional(number, 0)
    landing = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for d in values(var.inline_days) : d == 0 || d >= 1]) && alltrue([for d in values(var.inline_days) : d == floor(d)])
    error_message = "inline_days are whole days, 1 or more, or 0 for never."
  }
  validation {
    condition     = var.firehose_mode == "inline" || alltrue([for d in values(var.inline_days) : d == 0])
    error_message = "inline_days counts with firehose_mode = \"inline\" alone: elsewhere retention of the configuration says what goes, and looks whether it is accounted for."
  }
}

variable "firehose_arn" {
  description = "A Firehose of yours that delivers below <lake_prefix>landing/ of the bucket, in place of the module's own."
  type        = string
  default     = null

  validation {
    condition     = var.firehose_arn == null || can(regex("^arn:[a-z-]+:firehose:[a-z0-9-]+:[0-9]{12}:deliverystream/.+$", var.firehose_arn))
    error_message = "firehose_arn must be the ARN of a delivery stream."
  }
  validation {
    condition     = var.firehose_arn == null || var.firehose_mode == "landing"
    error_message = "firehose_mode = \"inline\" makes a Firehose of its own: leave firehose_arn out, or set up yours as docs/howto/aws.md says."
  }
}

variable "kinesis_stream_arn" {
  description = "A Kinesis data stream as Firehose's source, in place of direct puts. The destinations then send to that stream."
  type        = string
  default     = null

  validation {
    condition     = var.kinesis_stream_arn == null || can(regex("^arn:[a-z-]+:kinesis:[a-z0-9-]+:[0-9]{12}:stream/.+$", var.kinesis_stream_arn))
    error_message = "kinesis_stream_arn must be the ARN of a Kinesis data stream."
  }
  validation {
    condition     = var.kinesis_stream_arn == null || var.firehose_arn == null
    error_message = "kinesis_stream_arn is the source of the module's own Firehose: leave firehose_arn out."
  }
  validation {
    condition     = var.kinesis_stream_arn == null || var.firehose_mode == "landing"
    error_message = "firehose_mode = \"inline\" puts rows back into Firehose, which takes none where a Kinesis stream is its source: leave kinesis_stream_arn out."
  }
}

variable "firehose_buffer" {
  description = "When Firehose writes an object: at so many MB (1 to 128) or seconds (0 to 900), whichever comes first. README has freshness against cost."
  type = object({
    megabytes = optional(number, 64)
    seconds   = optional(number, 300)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.firehose_buffer.megabytes >= 1 && var.firehose_buffer.megabytes <= 128 && var.firehose_buffer.seconds >= 0 && var.firehose_buffer.seconds <= 900
    error_message = "firehose_buffer: megabytes is 1 to 128, seconds 0 to 900."
  }
  # Sources: https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html and
  # https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
  validation {
    condition     = var.firehose_mode == "landing" || (var.firehose_buffer.megabytes >= 64 && var.firehose_buffer.seconds >= 60)
    error_message = "firehose_buffer: with firehose_mode = \"inline\" Firehose converts and partitions, for which it asks for 64 MB and 60 s at least."
  }
}

# OpenSearch.

variable "opensearch_url" {
  description = "Address of an OpenSearch cluster of yours. Without it, and without opensearch, nothing is indexed: Athena answers all questions."
  type        = string
  default     = null

  validation {
    condition     = var.opensearch_url == null || can(regex("^https://[^/@]+/?$", var.opensearch_url))
    error_message = "opensearch_url must be https://host[:port], without user, password and path."
  }
  validation {
    condition     = var.opensearch_url == null || var.firehose_mode == "landing"
    error_message = "opensearch_url: with firehose_mode = \"inline\" there is no ledger, by which alone rows are indexed: leave it out, or let Firehose land."
  }
}

variable "opensearch_domain_arn" {
  description = "ARN of that cluster where it is a domain of OpenSearch Service that is asked with IAM (SigV4)."
  type        = string
  default     = null

  validation {
    condition     = var.opensearch_domain_arn == null || can(regex("^arn:[a-z-]+:es:[a-z0-9-]+:[0-9]{12}:domain/[a-z0-9-]+$", var.opensearch_domain_arn))
    error_message = "opensearch_domain_arn must be the ARN of a domain: arn:aws:es:eu-central-1:999999999999:domain/logs. Serverless collections refuse document ids and cannot be used."
  }
}

variable "opensearch" {
  description = "A domain that the module makes. admin_role_arn administers it (fine-grained access control)."
  type = object({
    admin_role_arn  = string
    engine_version  = optional(string, "OpenSearch_2.19")
    instance_type   = optional(string, "r7g.large.search")
    instance_count  = optional(number, 2)
    volume_gb       = optional(number, 200)
    dedicated_nodes = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.opensearch == null || var.opensearch_url == null
    error_message = "Say opensearch (a domain is made) or opensearch_url (you have a cluster), not both."
  }
  validation {
    condition     = var.opensearch == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.opensearch.admin_role_arn))
    error_message = "opensearch.admin_role_arn must be the ARN of the role with which you administer the domain: it maps the functions' roles."
  }
  validation {
    condition     = var.opensearch == null || can(regex("^OpenSearch_[2-3]\\.[0-9]+$", var.opensearch.engine_version))
    error_message = "opensearch.engine_version must be OpenSearch_2.x or OpenSearch_3.x."
  }
  validation {
    condition     = var.opensearch == null || var.firehose_mode == "landing"
    error_message = "opensearch: with firehose_mode = \"inline\" there is no ledger, by which alone rows are indexed: leave it out, or let Firehose land."
  }
}

# The network.

variable "vpc" {
  description = "Runs the functions inside a VPC. endpoints are the services that get an interface endpoint there, such as sqs; S3 gets a gateway where route_table_ids are said."
  type = object({
    id              = string
    cidr            = string
    subnet_ids      = list(string)
    route_table_ids = optional(list(string), [])
    endpoints       = optional(set(string), [])
  })
  default = null

  validation {
    condition     = var.vpc == null || (try(length(var.vpc.subnet_ids), 0) > 0 && can(regex("^vpc-", var.vpc.id)) && can(cidrhost(var.vpc.cidr, 0)))
    error_message = "vpc needs id (vpc-…), cidr (10.0.0.0/16) and at least one of subnet_ids; two in different zones outlive the loss of one."
  }
}

# Questions.

variable "athena" {
  description = "Tables of Glue and a workgroup of Athena: environments are the values of seamark:environment and products, of the _all tables, those of seamark:product, both at first (the collector adds what the lake has), since the first day with data, scan_limit_gb what one question may read."
  type = object({
    environments  = optional(list(string), ["prod", "staging", "dev", "unassigned"])
    products      = optional(list(string), ["unassigned"])
    since         = optional(string, "2026-01-01")
    scan_limit_gb = optional(number, 100)
    results_days  = optional(number, 7)
  })
  default = {}

  validation {
    condition     = var.athena == null || alltrue([for v in concat(try(var.athena.environments, []), try(var.athena.products, [])) : can(regex("^[a-z0-9._-]{1,64}$", v))])
    error_message = "athena.environments and athena.products are slugs: lower-case letters, digits and . _ -, at most 64."
  }
  validation {
    condition     = var.athena == null || try(length(var.athena.environments) > 0 && length(var.athena.products) > 0, true)
    error_message = "athena.environments and athena.products must not be empty: Athena refuses a projection of no values. 'unassigned' belongs to both."
  }
  validation {
    condition     = var.athena == null || can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", var.athena.since))
    error_message = "athena.since must be a day such as 2026-01-01."
  }
  validation {
    condition     = var.athena == null || try(var.athena.scan_limit_gb >= 1, true)
    error_message = "athena.scan_limit_gb must be at least 1."
  }
  validation {
    condition     = var.athena != null || var.firehose_mode == "landing"
    error_message = "athena: firehose_mode = \"inline\" needs it: Firehose converts by a table of it, and nothing else can read such a lake."
  }
}

# Alarms about Seamark itself.

variable "operator_emails" {
  description = "Who is told of the alarms about Seamark itself; each must confirm AWS's e-mail."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for e in var.operator_emails : can(regex("^[^@ ]+@[^@ ]+$", e))])
    error_message = "operator_emails must be e-mail addresses."
  }
}

variable "alarm_actions" {
  description = "ARNs that are told besides, such as a topic of your own."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for a in var.alarm_actions : startswith(a, "arn:")])
    error_message = "alarm_actions must be ARNs."
  }
}

variable "alarm_thresholds" {
  description = "When the alarms about Seamark itself fire: age in seconds of a queue's oldest message, seconds between an event and its row, age in seconds of the oldest data that Firehose holds."
  type = object({
    queue_age_seconds    = optional(number, 1800)
    freshness_seconds    = optional(number, 1800)
    firehose_age_seconds = optional(number, 1200)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for _, v in var.alarm_thresholds : v >= 60])
    error_message = "alarm_thresholds are seconds, at least 60."
  }
  validation {
    condition     = var.alarm_thresholds.firehose_age_seconds > var.firehose_buffer.seconds
    error_message = "alarm_thresholds.firehose_age_seconds must be more than firehose_buffer.seconds, or it fires all the time."
  }
}

variable "runbooks_url" {
  description = "Where the runbooks are read; the description of each alarm names its page."
  type        = string
  default     = "https://github.com/seamark-hq/seamark/blob/main/docs/runbooks"
  nullable    = false

  validation {
    condition     = can(regex("^https://.+[^/]$", var.runbooks_url))
    error_message = "runbooks_url must be an https address without / at its end."
  }
}
