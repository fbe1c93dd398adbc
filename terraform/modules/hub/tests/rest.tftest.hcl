# Athena, alarms, the index, the network, the configuration.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  account_ids    = ["111111111111", "222222222222"]
  external_id    = "4711-acme"
  configuration  = "receivers: [{name: all, folder: {path: cards}}]"
  package_bucket = "releases"
  package_prefix = "seamark/1.0.0/"
  opensearch_url = "https://search.example.com"
}

run "athena" {
  command = plan

  assert {
    condition     = join(" ", keys(aws_glue_catalog_table.injected)) == "access_logs logs" && toset([for t in aws_glue_catalog_table.enumerated : t.name]) == toset(["logs_all", "access_logs_all"])
    error_message = "Both tables are there in both kinds."
  }
  assert {
    condition     = alltrue([for t in aws_glue_catalog_table.injected : t.parameters["projection.product.type"] == "injected" && t.parameters["projection.enabled"] == "true"]) && alltrue([for t in aws_glue_catalog_table.enumerated : t.parameters["projection.product.type"] == "enum" && t.parameters["projection.product.values"] == "unassigned"])
    error_message = "Partitions are projected: product injected in one kind, listed in the other."
  }
  assert {
    condition     = alltrue([for name, t in aws_glue_catalog_table.injected : t.storage_descriptor[0].location == "s3://seamark-999999999999-eu-central-1/lake/${name}/" && t.parameters["storage.location.template"] == "s3://seamark-999999999999-eu-central-1/lake/${name}/product=$${product}/environment=$${environment}/date=$${date}/hour=$${hour}/"])
    error_message = "The tables lie where the lake has their files."
  }
  assert {
    condition     = aws_athena_workgroup.this[0].configuration[0].bytes_scanned_cutoff_per_query == 107374182400 && aws_athena_workgroup.this[0].configuration[0].enforce_workgroup_configuration
    error_message = "A question reads 100 GB at most, and cannot lift the limit."
  }
  assert {
    condition     = aws_athena_workgroup.this[0].configuration[0].result_configuration[0].output_location == "s3://seamark-999999999999-eu-central-1/athena-results/" && one(aws_athena_workgroup.this[0].configuration[0].result_configuration[0].encryption_configuration).encryption_option == "SSE_S3"
    error_message = "Results lie below athena-results/, encrypted."
  }
  assert {
    condition     = aws_athena_named_query.this["slow-routes"].description == "Slow routes of all products" && length(aws_athena_named_query.this) == 5
    error_message = "The saved queries are those of queries/, each called as its first line says."
  }
}

run "alarms" {
  command = plan

  variables {
    operator_emails = ["ops@example.com"]
    alarm_actions   = ["arn:aws:sns:eu-central-1:999999999999:pager"]
  }

  assert {
    condition = { for name, a in aws_cloudwatch_metric_alarm.this : name => "${a.namespace} ${a.metric_name} ${join(",", values(a.dimensions))} ${a.threshold} ${a.treat_missing_data}" } == merge(
      { for q in ["collect", "transform", "index", "alert"] : "queue-age-${q}" => "AWS/SQS ApproximateAgeOfOldestMessage seamark-${q} 1800 notBreaching" },
      { for q in ["collect", "transform", "index", "alert"] : "dead-letters-${q}" => "AWS/SQS ApproximateNumberOfMessagesVisible seamark-${q}-dlq 1 notBreaching" },
      { for f in ["collector", "transformer", "indexer", "alerter"] : "errors-${f}" => "AWS/Lambda Errors seamark-${f} 1 notBreaching" },
      { for f in ["collector", "transformer", "indexer", "alerter"] : "throttles-${f}" => "AWS/Lambda Throttles seamark-${f} 1 notBreaching" },
      {
        landing-failed    = "seamark LandingFailed seamark-transformer 1 notBreaching"
        quarantined       = "seamark Quarantined seamark-transformer 1 notBreaching"
        freshness         = "seamark FreshnessSeconds seamark-transformer 1800 notBreaching"
        silent-accounts   = "seamark SilentAccounts seamark-transformer 1 notBreaching"
        canary            = "seamark CanaryMissing seamark-transformer 1 breaching"
        cards-undelivered = "seamark Undelivered seamark-alerter 1 notBreaching"
        firehose-delivery = "AWS/Firehose DeliveryToS3.Success seamark 1 notBreaching"
        firehose-age      = "AWS/Firehose DeliveryToS3.DataFreshness seamark 1200 notBreaching"
      },
    )
    error_message = "Alarms watch queues, dead letters, functions, Firehose, and what the functions count."
  }
  assert {
    condition     = [for name, a in aws_cloudwatch_metric_alarm.this : name if a.comparison_operator == "LessThanThreshold"] == ["firehose-delivery"]
    error_message = "Only success fires when it is too little."
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.this : can(regex(" Runbook: https://github\\.com/seamark-hq/seamark/blob/main/docs/runbooks/[a-z-]+\\.md$", a.alarm_description))])
    error_message = "Each alarm's description names its runbook."
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.this : a.alarm_actions == toset(["arn:aws:sns:eu-central-1:999999999999:seamark-operators", "arn:aws:sns:eu-central-1:999999999999:pager"]) && a.ok_actions == a.alarm_actions])
    error_message = "Operators hear when an alarm fires and when it is over."
  }
  assert {
    condition     = join(" ", [for s in aws_sns_topic_subscription.operators : "${s.protocol} ${s.endpoint}"]) == "email ops@example.com" && aws_sns_topic_subscription.alerter[0].endpoint == "arn:aws:sqs:eu-central-1:999999999999:seamark-alert"
    error_message = "The operators' topic tells people and the alerter."
  }
  assert {
    condition = jsondecode(aws_sns_topic_policy.operators[0].policy).Statement == [
      {
        Sid       = "Alarms", Effect = "Allow", Action = "sns:Publish", Principal = { Service = "cloudwatch.amazonaws.com" }
        Resource  = "arn:aws:sns:eu-central-1:999999999999:seamark-operators"
        Condition = { StringEquals = { "aws:SourceAccount" = "999999999999" }, ArnLike = { "aws:SourceArn" = "arn:aws:cloudwatch:eu-central-1:999999999999:alarm:seamark-*" } }
      },
      {
        Sid       = "TLSOnly", Effect = "Deny", Action = "sns:Publish", Principal = "*"
        Resource  = "arn:aws:sns:eu-central-1:999999999999:seamark-operators"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
    error_message = "This account's own alarms may publish to the operators' topic, and nobody else."
  }
}

run "no_canary_no_silence" {
  command = plan

  variables {
    schedules = { transformer-canary = "off" }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["canary"].treat_missing_data == "notBreaching"
    error_message = "Where no canary is sent none is missed."
  }
}

run "domain" {
  command = plan

  variables {
    opensearch_url = null
    opensearch     = { admin_role_arn = "arn:aws:iam::999999999999:role/admin" }
    vpc            = { id = "vpc-1", cidr = "10.0.0.0/16", subnet_ids = ["subnet-1", "subnet-2"], route_table_ids = ["rtb-1"], endpoints = ["sqs", "sts"] }
  }

  assert {
    condition     = aws_opensearch_domain.this[0].encrypt_at_rest[0].enabled && aws_opensearch_domain.this[0].node_to_node_encryption[0].enabled && aws_opensearch_domain.this[0].domain_endpoint_options[0].enforce_https && aws_opensearch_domain.this[0].advanced_security_options[0].enabled
    error_message = "The domain encrypts at rest, between nodes and on the way, and has fine-grained access control."
  }
  assert {
    condition = [for s in jsondecode(aws_opensearch_domain.this[0].access_policies).Statement : jsonencode(s.Principal)] == [
      "{\"AWS\":[\"arn:aws:iam::999999999999:role/seamark-hub-alerter\",\"arn:aws:iam::999999999999:role/seamark-hub-indexer\"]}",
      "{\"AWS\":[\"arn:aws:iam::999999999999:role/admin\"]}",
    ]
    error_message = "Indexer, alerter and the administrators may use the domain, and nobody else."
  }
  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["sqs", "sts"]) && aws_vpc_endpoint.interface["sqs"].service_name == "com.amazonaws.eu-central-1.sqs" && aws_vpc_endpoint.s3[0].vpc_endpoint_type == "Gateway"
    error_message = "In a VPC there are the endpoints that are asked for, and a gateway to S3."
  }
  assert {
    condition     = alltrue([for f in aws_lambda_function.this : f.vpc_config[0].subnet_ids == toset(["subnet-1", "subnet-2"])])
    error_message = "In a VPC all functions run in its subnets."
  }
  assert {
    condition     = [for r in aws_security_group.functions[0].egress : "${r.protocol} ${r.from_port}-${r.to_port}"] == ["tcp 443-443"] && [for r in aws_security_group.endpoints[0].ingress : "${r.protocol} ${r.from_port}-${r.to_port} ${jsonencode(r.cidr_blocks)}"] == ["tcp 443-443 null"]
    error_message = "Functions call out over HTTPS alone; into the endpoints come the functions alone."
  }
}

run "configuration" {
  command = plan

  variables {
    account_aliases = { "111111111111" = "web" }
    configuration   = <<-YAML
      deployment: acme
      receivers: [{name: all, folder: {path: cards}}]
      onboard: {externalID: mine}
    YAML
  }

  assert {
    condition = yamldecode(aws_s3_object.configuration[0].content) == {
      deployment = "acme"
      lake       = "s3://seamark-999999999999-eu-central-1"
      regions    = ["eu-central-1"]
      accounts   = [{ id = "111111111111", alias = "web" }, { id = "222222222222", alias = "222222222222" }]
      receivers  = [{ name = "all", folder = { path = "cards" } }]
      opensearch = { url = "https://search.example.com" }
      onboard = {
        role        = "seamark/seamark-collector"
        externalID  = "mine"
        destination = "arn:aws:logs:{region}:999999999999:destination:seamark"
        exclude     = ["/aws/lambda/seamark-*"]
      }
      alarms = { topic = "arn:aws:sns:{region}:{account}:seamark-alarms" }
    }
    error_message = "The module fills in what it knows; what the operator says counts."
  }
}

run "configuration_of_an_organization" {
  command = plan

  variables {
    organization_id = "o-a1b2c3d4e5"
    account_ids     = []
  }

  assert {
    condition     = try(yamldecode(aws_s3_object.configuration[0].content).onboard.destinationRole, "") == "arn:aws:iam::{account}:role/seamark/seamark-sender"
    error_message = "With organization_id filters name the sender's role."
  }
  assert {
    condition     = try(yamldecode(aws_s3_object.configuration[0].content).onboard.organization, null) == {}
    error_message = "Without account_ids all accounts of the organisation are looked after."
  }
}
