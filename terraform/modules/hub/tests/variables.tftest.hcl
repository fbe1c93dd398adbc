# Wrong variables: each meets the validation that was written for it. The n-th time that a variable
# is expected to fail is about its n-th validation. One that looks at another variable is only asked
# where that one is right.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  external_id    = "4711-acme"
  configuration  = "receivers: [{name: all, folder: {path: cards}}]"
  package_bucket = "releases"
}

run "first" {
  command = plan

  variables {
    name                  = "Seamark"
    account_id            = "99999999999"
    account_ids           = ["11111111111"]
    organization_id       = "ou-ab12-cdefghij"
    regions               = ["eu-central-1a"]
    external_id           = "4711 acme"
    configuration         = "seamark.yml"
    secrets               = { SEAMARK_TOKEN = "arn:aws:ssm:eu-central-1:999999999999:parameter/x" }
    secret_key_arns       = ["arn:aws:kms:eu-central-1:999999999999:alias/x"]
    package_dir           = "dist/lambda" # and package_bucket
    package_prefix        = "seamark/1.0.0"
    architecture          = "x86_64"
    functions             = { transform = { memory = 512 } }
    schedules             = { alerter-rules = "1 minute" }
    log_retention_days    = 10
    permissions_boundary  = "bounds"
    bucket                = "acme.logs"
    lake_prefix           = "/logs"
    kms_key_arn           = "arn:aws:kms:eu-central-1:999999999999:alias/x"
    infrequent_days       = 7
    firehose_errors_days  = 1
    firehose_arn          = "seamark"
    firehose_buffer       = { megabytes = 256 }
    opensearch_url        = "https://admin:secret@search.example.com"
    opensearch_domain_arn = "arn:aws:aoss:eu-central-1:999999999999:collection/abc"
    vpc                   = { id = "vpc-1", cidr = "10.0.0.0/16", subnet_ids = [] }
    athena                = { products = ["Booking App"] }
    operator_emails       = ["ops"]
    alarm_actions         = ["pager"]
    runbooks_url          = "https://wiki.example.com/runbooks/"
  }

  expect_failures = [
    var.name, var.account_id, var.account_ids, var.organization_id, var.regions, var.external_id, var.configuration, var.secrets, var.secret_key_arns,
    var.package_bucket, var.package_prefix, var.architecture, var.functions, var.schedules, var.log_retention_days, var.permissions_boundary, var.bucket,
    var.lake_prefix, var.kms_key_arn, var.infrequent_days, var.firehose_errors_days, var.firehose_arn,
    var.firehose_buffer, var.opensearch_url, var.opensearch_domain_arn, var.vpc, var.athena, var.operator_emails, var.alarm_actions, var.runbooks_url,
  ]
}

run "second" {
  command = plan

  variables {
    account_aliases    = { "111111111111" = "web" } # which is not looked after
    secrets            = { SLACK_TOKEN = "xoxb-1234" }
    functions          = { transformer = { timeout = 901 } }
    schedules          = { rules = "rate(1 minute)" }
    lake_prefix        = "config/"
    instant_days       = 45
    kinesis_stream_arn = "logs"
    opensearch         = { admin_role_arn = "arn:aws:iam::999999999999:role/admin" }
    opensearch_url     = "https://search.example.com"
    athena             = { environments = [] }
    alarm_thresholds   = { freshness_seconds = 1 }
  }

  expect_failures = [
    var.account_aliases, var.secrets, var.functions, var.schedules, var.lake_prefix, var.instant_days, var.kinesis_stream_arn, var.opensearch, var.athena, var.alarm_thresholds,
  ]
}

run "third" {
  command = plan

  variables {
    kinesis_stream_arn = "arn:aws:kinesis:eu-central-1:999999999999:stream/logs"
    firehose_arn       = "arn:aws:firehose:eu-central-1:999999999999:deliverystream/x"
    firehose_buffer    = { seconds = 900 }
    alarm_thresholds   = { firehose_age_seconds = 900 }
    opensearch         = { admin_role_arn = "admin" }
    athena             = { since = "1.1.2026" }
  }

  expect_failures = [var.kinesis_stream_arn, var.alarm_thresholds, var.opensearch, var.athena]
}

run "fourth" {
  command = plan

  variables {
    opensearch = { admin_role_arn = "arn:aws:iam::999999999999:role/admin", engine_version = "2.19" }
    athena     = { scan_limit_gb = 0 }
  }

  expect_failures = [var.opensearch, var.athena]
}

# What does not go together with Firehose that calls the transformer.
run "inline" {
  command = plan

  variables {
    firehose_mode   = "inline"
    firehose_arn    = "arn:aws:firehose:eu-central-1:999999999999:deliverystream/x"
    firehose_buffer = { megabytes = 63 }
    opensearch_url  = "https://search.example.com"
    athena          = null
    functions       = { transformer = { timeout = 301 } }
    schedules       = { transformer-compact = "rate(1 hour)" }
    inline_days     = { lake = 0.5 }
  }

  expect_failures = [var.firehose_arn, var.firehose_buffer, var.opensearch_url, var.athena, var.functions, var.schedules, var.inline_days]
}

run "mode" {
  command = plan

  variables {
    firehose_mode = "transform"
  }

  expect_failures = [var.firehose_mode]
}

run "inline_stream" {
  command = plan

  variables {
    firehose_mode      = "inline"
    kinesis_stream_arn = "arn:aws:kinesis:eu-central-1:999999999999:stream/logs"
    opensearch         = { admin_role_arn = "arn:aws:iam::999999999999:role/admin" }
  }

  expect_failures = [var.kinesis_stream_arn, var.opensearch]
}

run "landing" {
  command = plan

  variables {
    inline_days = { landing = 30 }
  }

  expect_failures = [var.inline_days]
}
