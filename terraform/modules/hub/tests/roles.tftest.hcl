# Roles: what each may do, to the letter. A right more is as wrong as one less.

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

run "roles" {
  command = plan

  variables {
    opensearch_domain_arn = "arn:aws:es:eu-central-1:999999999999:domain/logs"
    secrets = {
      SLACK_TOKEN = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
      TEAMS_URL   = "arn:aws:secretsmanager:eu-central-1:999999999999:secret:seamark/teams-AbCdEf:url::"
    }
    permissions_boundary = "arn:aws:iam::999999999999:policy/bounds"
  }

  assert {
    condition     = alltrue([for r in concat(values(aws_iam_role.function), aws_iam_role.scheduler, aws_iam_role.firehose) : r.permissions_boundary == "arn:aws:iam::999999999999:policy/bounds"])
    error_message = "The boundary bounds every role."
  }
  assert {
    condition     = alltrue([for r in aws_iam_role.function : jsondecode(r.assume_role_policy).Statement == [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]])
    error_message = "Only Lambda takes the functions' roles."
  }
  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.function["collector"].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" } == {
      Log           = "logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-central-1:999999999999:log-group:/aws/lambda/seamark-collector:*"
      Queue         = "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility sqs:GetQueueAttributes sqs:SendMessage on arn:aws:sqs:eu-central-1:999999999999:seamark-collect"
      Configuration = "s3:GetObject on arn:aws:s3:::seamark-999999999999-eu-central-1/config/seamark.yml"
      Parameters    = "ssm:GetParameter on arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/slack-token"
      Secrets       = "secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-central-1:999999999999:secret:seamark/teams-AbCdEf"
      List          = "s3:ListBucket on arn:aws:s3:::seamark-999999999999-eu-central-1"
      Read          = "s3:GetObject on ${join(" ", [for d in ["collector", "formats", "landing", "ledger", "lake"] : "arn:aws:s3:::seamark-999999999999-eu-central-1/${d}/*"])}"
      Write         = "s3:PutObject s3:AbortMultipartUpload on ${join(" ", [for d in ["collector", "formats", "landing"] : "arn:aws:s3:::seamark-999999999999-eu-central-1/${d}/*"])}"
      Delete        = "s3:DeleteObject on arn:aws:s3:::seamark-999999999999-eu-central-1/collector/*"
      Enter         = "sts:AssumeRole on arn:aws:iam::111111111111:role/seamark/seamark-collector arn:aws:iam::222222222222:role/seamark/seamark-collector"
      Tables        = "glue:GetTable glue:UpdateTable on arn:aws:glue:eu-central-1:999999999999:catalog arn:aws:glue:eu-central-1:999999999999:database/seamark ${join(" ", [for t in ["access_logs", "access_logs_all", "logs", "logs_all"] : "arn:aws:glue:eu-central-1:999999999999:table/seamark/${t}"])}"
    }
    error_message = "The collector may enter the accounts' roles, keep its state and land history; nothing else."
  }
  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.function["transformer"].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" if !contains(["Log", "Queue", "Configuration", "Parameters", "Secrets"], s.Sid) } == {
      List   = "s3:ListBucket on arn:aws:s3:::seamark-999999999999-eu-central-1"
      Read   = "s3:GetObject on ${join(" ", [for d in ["landing", "lake", "ledger", "senders", "formats"] : "arn:aws:s3:::seamark-999999999999-eu-central-1/${d}/*"])}"
      Write  = "s3:PutObject s3:AbortMultipartUpload on ${join(" ", [for d in ["landing", "lake", "ledger", "quarantine", "senders", "canary"] : "arn:aws:s3:::seamark-999999999999-eu-central-1/${d}/*"])}"
      Delete = "s3:DeleteObject on ${join(" ", [for d in ["landing", "lake", "ledger", "quarantine", "senders", "canary"] : "arn:aws:s3:::seamark-999999999999-eu-central-1/${d}/*"])}"
      Canary = "firehose:PutRecord on arn:aws:firehose:eu-central-1:999999999999:deliverystream/seamark"
    }
    error_message = "The transformer may work on landing, lake, ledger, quarantine and who sent, and put the canary into Firehose; nothing else."
  }
  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.function["indexer"].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" if !contains(["Log", "Queue", "Configuration", "Parameters", "Secrets"], s.Sid) } == {
      List   = "s3:ListBucket on arn:aws:s3:::seamark-999999999999-eu-central-1"
      Read   = "s3:GetObject on ${join(" ", [for d in ["lake", "ledger", "indexed"] : "arn:aws:s3:::seamark-999999999999-eu-central-1/${d}/*"])}"
      Write  = "s3:PutObject on arn:aws:s3:::seamark-999999999999-eu-central-1/indexed/*"
      Delete = "s3:DeleteObject on arn:aws:s3:::seamark-999999999999-eu-central-1/indexed/*"
      Index  = "es:ESHttpGet es:ESHttpPost es:ESHttpPut on arn:aws:es:eu-central-1:999999999999:domain/logs/*"
    }
    error_message = "The indexer may read the lake, keep its marks and write the index; nothing else."
  }
  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.function["alerter"].policy).Statement : s.Sid => "${join(" ", s.Action)} on ${join(" ", s.Resource)}" if !contains(["Log", "Configuration", "Parameters", "Secrets"], s.Sid) } == {
      List   = "s3:ListBucket on arn:aws:s3:::seamark-999999999999-eu-central-1"
      Read   = "s3:GetObject on arn:aws:s3:::seamark-999999999999-eu-central-1/incidents/* arn:aws:s3:::seamark-999999999999-eu-central-1/collector/*"
      Write  = "s3:PutObject on arn:aws:s3:::seamark-999999999999-eu-central-1/incidents/*"
      Delete = "s3:DeleteObject on arn:aws:s3:::seamark-999999999999-eu-central-1/incidents/*"
      Enter  = "sts:AssumeRole on arn:aws:iam::111111111111:role/seamark/seamark-collector arn:aws:iam::222222222222:role/seamark/seamark-collector"
      Queue  = "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility sqs:GetQueueAttributes on arn:aws:sqs:eu-central-1:999999999999:seamark-alert"
      Search = "es:ESHttpPost on arn:aws:es:eu-central-1:999999999999:domain/logs/*"
    }
    error_message = "The alerter may read the index, look at the accounts' alarms and keep incidents; nothing else."
  }
  assert {
    condition = alltrue([for name, p in aws_iam_role_policy.function :
      [for s in jsondecode(p.policy).Statement : try(s.Condition.StringLikeIfExists["s3:prefix"], null) if s.Sid == "List"] == [flatten([for d in concat(local.folders[name].read, name == "transformer" ? ["quarantine", "canary"] : []) : [d, "${d}/*"]])]
    ])
    error_message = "A function lists the folders that it reads, and is told which objects are not there."
  }
  # The reasons stand beside the statements in roles.tf; without organisation and VPC there is none.
  assert {
    condition     = length([for p in concat(values(aws_iam_role_policy.function), aws_iam_role_policy.scheduler, aws_iam_role_policy.firehose) : p if anytrue([for s in jsondecode(p.policy).Statement : contains(s.Resource, "*")])]) == 0
    error_message = "No statement says \"*\"."
  }
}

run "roles_of_an_organization" {
  command = plan

  variables {
    organization_id = "o-a1b2c3d4e5"
    secret_key_arns = ["arn:aws:kms:eu-central-1:999999999999:key/11111111-0000-0000-0000-000000000000"]
    vpc             = { id = "vpc-1", cidr = "10.0.0.0/16", subnet_ids = ["subnet-1", "subnet-2"] }
  }

  assert {
    condition     = toset(flatten([for p in aws_iam_role_policy.function : [for s in jsondecode(p.policy).Statement : s.Sid if contains(s.Resource, "*")]])) == toset(["ListAccounts", "Network"])
    error_message = "\"*\" stands where AWS knows nothing narrower: listing accounts, network interfaces."
  }
  assert {
    condition = [for s in concat(jsondecode(aws_iam_role_policy.function["collector"].policy).Statement, jsondecode(aws_iam_role_policy.function["alerter"].policy).Statement) : "${join(" ", s.Resource)} ${try(jsonencode(s.Condition), "of anybody")}" if s.Sid == "Enter"] == [for _ in range(2) :
      "arn:aws:iam::*:role/seamark/seamark-collector {\"StringEquals\":{\"aws:ResourceOrgID\":\"o-a1b2c3d4e5\"}}"
    ]
    error_message = "Collector and alerter enter the role of any account of the organisation, and of no other."
  }
  assert {
    condition     = alltrue([for p in aws_iam_role_policy.function : [for s in jsondecode(p.policy).Statement : "${join(",", s.Action)} ${join(",", s.Resource)}" if s.Sid == "SecretKeys"] == ["kms:Decrypt arn:aws:kms:eu-central-1:999999999999:key/11111111-0000-0000-0000-000000000000"]])
    error_message = "The secrets' keys may be used to decrypt, and no others."
  }
}
