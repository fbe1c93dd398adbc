# Queues: each has a dead-letter queue of its own, a visibility that outlives its function, and
# lets in exactly who must send.

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

run "queues" {
  command = plan

  assert {
    condition     = sort([for q in aws_sqs_queue.this : q.name]) == sort(["seamark-collect", "seamark-transform", "seamark-index", "seamark-alert"])
    error_message = "There are the queues collect, transform, index and alert."
  }
  assert {
    condition = alltrue([for name in ["collect", "transform", "index", "alert"] :
      aws_sqs_queue.dead[name].name == "seamark-${name}-dlq" &&
      jsondecode(aws_sqs_queue.this[name].redrive_policy).deadLetterTargetArn == "arn:aws:sqs:eu-central-1:999999999999:seamark-${name}-dlq"
    ])
    error_message = "Every queue has a dead-letter queue of its own."
  }
  assert {
    condition = alltrue([for name in ["collect", "transform", "index", "alert"] :
      jsondecode(aws_sqs_queue.dead[name].redrive_allow_policy) == { redrivePermission = "byQueue", sourceQueueArns = ["arn:aws:sqs:eu-central-1:999999999999:seamark-${name}"] }
    ])
    error_message = "A dead-letter queue takes the dead letters of its queue alone."
  }
  assert {
    condition     = { for name, q in aws_sqs_queue.this : name => jsondecode(q.redrive_policy).maxReceiveCount } == { collect = 3, transform = 5, index = 5, alert = 5 }
    error_message = "A message is tried 5 times, a hint 3 times."
  }
  assert {
    condition     = alltrue([for q in aws_sqs_queue.this : q.message_retention_seconds == 345600]) && alltrue([for q in aws_sqs_queue.dead : q.message_retention_seconds == 1209600])
    error_message = "Messages are kept for 4 days, dead letters for 14."
  }
  assert {
    condition     = alltrue([for name, f in aws_lambda_function.this : aws_sqs_queue.this[local.stages[name].queue].visibility_timeout_seconds == 6 * f.timeout])
    error_message = "A queue's visibility is six times its function's time-out."
  }
  assert {
    condition     = alltrue([for q in concat(values(aws_sqs_queue.this), values(aws_sqs_queue.dead)) : q.sqs_managed_sse_enabled == true])
    error_message = "Every queue is encrypted."
  }
  assert {
    condition = alltrue([for name, p in merge({ for k, v in aws_sqs_queue_policy.this : k => v.policy }, { for k, v in aws_sqs_queue_policy.dead : "${k}-dlq" => v.policy }) :
      contains([for s in jsondecode(p).Statement : "${s.Effect} ${s.Action} ${jsonencode(s.Condition)} ${s.Resource}"], "Deny sqs:* {\"Bool\":{\"aws:SecureTransport\":\"false\"}} arn:aws:sqs:eu-central-1:999999999999:seamark-${name}")
    ])
    error_message = "Every queue refuses what does not come over TLS."
  }
}

run "senders" {
  command = plan

  assert {
    condition = [for s in jsondecode(aws_sqs_queue_policy.this["collect"].policy).Statement : s if s.Effect == "Allow"] == [{
      Sid       = "Bus", Effect = "Allow", Action = "sqs:SendMessage"
      Principal = { Service = "events.amazonaws.com" }
      Resource  = "arn:aws:sqs:eu-central-1:999999999999:seamark-collect"
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:events:eu-central-1:999999999999:rule/seamark/seamark-collect" } }
    }]
    error_message = "Into collect sends the bus's rule collect and nobody else."
  }
  assert {
    condition = alltrue([for name, sid in { transform = "Landing", index = "Ledger" } :
      [for s in jsondecode(aws_sqs_queue_policy.this[name].policy).Statement : s if s.Effect == "Allow"] == [{
        Sid       = sid, Effect = "Allow", Action = "sqs:SendMessage"
        Principal = { Service = "s3.amazonaws.com" }
        Resource  = "arn:aws:sqs:eu-central-1:999999999999:seamark-${name}"
        Condition = { StringEquals = { "aws:SourceAccount" = "999999999999" }, ArnEquals = { "aws:SourceArn" = "arn:aws:s3:::seamark-999999999999-eu-central-1" } }
      }]
    ])
    error_message = "Into transform and index sends the bucket and nobody else."
  }
  assert {
    condition = { for s in jsondecode(aws_sqs_queue_policy.this["alert"].policy).Statement : s.Sid => s.Condition if s.Effect == "Allow" } == {
      Bus       = { ArnEquals = { "aws:SourceArn" = "arn:aws:events:eu-central-1:999999999999:rule/seamark/seamark-alert" } }
      Topics    = { ArnLike = { "aws:SourceArn" = ["arn:aws:sns:*:111111111111:seamark-alarms", "arn:aws:sns:*:222222222222:seamark-alarms"] } }
      Operators = { ArnEquals = { "aws:SourceArn" = "arn:aws:sns:eu-central-1:999999999999:seamark-operators" } }
    }
    error_message = "Into alert send the bus's rule alert, the accounts' topics and the operators' topic, and nobody else."
  }
}

run "senders_of_an_organization" {
  command = plan

  variables {
    organization_id = "o-a1b2c3d4e5"
    account_ids     = []
  }

  assert {
    condition     = [for s in jsondecode(aws_sqs_queue_policy.this["alert"].policy).Statement : s.Sid if s.Effect == "Allow"] == ["Bus", "Operators"]
    error_message = "Of accounts that are not listed no topic may send into alert."
  }
}

run "opt_in_regions" {
  command = plan

  variables {
    regions = ["eu-central-1", "eu-south-1"]
  }

  assert {
    condition     = [for s in jsondecode(aws_sqs_queue_policy.this["alert"].policy).Statement : s.Principal.Service if s.Sid == "Topics"] == [["sns.amazonaws.com", "sns.eu-south-1.amazonaws.com"]]
    error_message = "The SNS of a region that must be opted in to is named besides."
  }
}

run "too_many_topics" {
  command = plan

  variables {
    account_ids = [for i in range(200) : format("%012d", i)]
  }

  expect_failures = [aws_sqs_queue_policy.this]
}

run "no_index_no_queue" {
  command = plan

  variables {
    opensearch_url = null
  }

  assert {
    condition     = join(" ", keys(aws_sqs_queue.this)) == "alert collect transform" && join(" ", keys(aws_lambda_function.this)) == "alerter collector transformer" && !contains(keys(aws_scheduler_schedule.this), "alerter-rules")
    error_message = "Without an index there is no indexer, no queue for it and no schedule of rules."
  }
}
