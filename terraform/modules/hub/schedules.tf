# Nobody else computes landing minus ledger: each function that works off a queue has a schedule
# that puts back what a lost notification left out.
locals {
  # input null: the collector takes EventBridge Scheduler's own event for its sweep.
  default_schedules = {
    collector-sweep       = { function = "collector", rate = "rate(1 hour)", input = null }
    transformer-reconcile = { function = "transformer", rate = "rate(15 minutes)", input = { do = "reconcile" } }
    transformer-compact   = { function = "transformer", rate = "rate(1 hour)", input = { do = "compact" } }
    transformer-retain    = { function = "transformer", rate = "rate(1 day)", input = { do = "retain" } }
    transformer-canary    = { function = "transformer", rate = "rate(5 minutes)", input = { do = "canary" } }
    indexer-reconcile     = { function = "indexer", rate = "rate(15 minutes)", input = { do = "reconcile" } }
    alerter-reconcile     = { function = "alerter", rate = "rate(5 minutes)", input = { do = "reconcile" } }
    alerter-rules         = { function = "alerter", rate = "rate(1 minute)", input = { do = "rules" } }
  }
  schedules = {
    for name, s in local.default_schedules : name => merge(s, { rate = lookup(var.schedules, name, s.rate) })
    if contains(keys(local.queued), s.function) && lookup(var.schedules, name, s.rate) != "off"
    && (name != "alerter-rules" || local.indexes) # Seamark's own rules are evaluated over OpenSearch
  }
}

resource "aws_scheduler_schedule_group" "this" {
  count = var.create ? 1 : 0

  name = var.name
  tags = local.tags
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.schedules

  name                = "${var.name}-${each.key}"
  group_name          = aws_scheduler_schedule_group.this[0].name
  schedule_expression = each.value.rate
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = local.functions[each.value.function].arn
    role_arn = local.scheduler_role_arn
    input    = each.value.input == null ? null : jsonencode(each.value.input)
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 2 # of the call of Lambda, should that be throttled
    }
  }

  depends_on = [aws_iam_role_policy.scheduler, aws_lambda_function.this]
}
