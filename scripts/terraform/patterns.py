"""Asks AWS's own rule engine which events of a plan's rules take which way: from an account to the hub's
bus, and on the bus to the collector's or the alerter's queue.

    patterns.py PLAN ROOT          ROOT: of the repository, for its golden events
    Environment: SEAMARK_EVENTRULER  class path of the engine (scripts/eventruler/classpath.sh)

Then each pattern is narrowed and widened: an event must be missed, or one too many come.
"""

import copy
import json
import os
import pathlib
import subprocess
import sys

from plan import Plan, fail

# Events that nobody needs to hear of. All others of collector/cloudtrail/testdata/events go by the rule that
# their file is called after.
UNHEARD = {
    "logs-CreateLogGroup-failed", "logs-DescribeLogGroups", "logs-PutRetentionPolicy", "lambda-UpdateFunctionCode20150331v2",
    "apigateway-CreateUsagePlan", "monitoring-PutMetricAlarm", "monitoring-DeleteAlarms-foreign", "ec2-RunInstances", "tag-instance", "tag-alarm",
}  # fmt: skip
RULES = {"logs": "logs", "lambda": "lambda", "apigateway": "apigateway", "monitoring": "alarms", "tag": "tags"}


def golden(root):
    """(name, event, rule that must let it through or None)"""
    for path in sorted((root / "collector/cloudtrail/testdata/events").glob("*.json")):
        event = json.loads(path.read_text()) if not path.stem.startswith("wrapped-") else None
        if isinstance(event, dict) and "detail-type" in event:
            yield path.stem, event, None if path.stem in UNHEARD else RULES[path.stem.split("-")[0]]
    state = json.loads((root / "alerter/cloudwatch/testdata/events/eventbridge.json").read_text())
    yield "alarm-state", state, "alarm-state"
    for name, alarm in [("alarm-state of a team's own alarm", "booking/5xx"), ("alarm-state of Seamark's own alarm", "seamark-canary"), ("alarm-state in upper case", "SEAMARK/booking/prod/x/5xx")]:
        foreign = copy.deepcopy(state)
        foreign["detail"]["alarmName"] = alarm
        yield name, foreign, None


def ask(root, pairs):
    text = "".join(json.dumps({"rule": r, "event": e}) + "\n" for r, e in pairs)
    cmd = ["java", "-cp", os.environ["SEAMARK_EVENTRULER"], str(root / "scripts/eventruler/Match.java")]
    answers = subprocess.run(cmd, input=text, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    if len(answers) != len(pairs):
        fail(f"patterns: {len(answers)} answers to {len(pairs)} questions")
    return answers


def rules(plan, module):
    return {v["name"].split("-", 1)[1]: json.loads(v["event_pattern"]) for v in plan.of("aws_cloudwatch_event_rule", module).values()}


def questions(events, spoke, bus):
    for name, event, rule in events:
        for r, pattern in spoke.items():
            yield f"{name} by the account's rule {r}", pattern, event, r == rule
        if rule:
            for r, pattern in bus.items():
                yield f"{name} by the bus's rule {r}", pattern, event, r == ("alert" if rule == "alarm-state" else "collect")


def mutants(spoke, bus):
    """(what, account's rules, bus's rules), each wrong."""
    for r, p in spoke.items():
        wrong = copy.deepcopy(p)
        wrong["source"] = ["aws.nothing"]
        yield f"{r} hears nothing", spoke | {r: wrong}, bus
        wide = {"source": p["source"]}
        yield f"{r} hears all of its source", spoke | {r: wide}, bus
    yield "failed calls are heard", spoke | {"logs": {**spoke["logs"], "detail": {k: v for k, v in spoke["logs"]["detail"].items() if k != "errorCode"}}}, bus
    yield "alarms go to the collector", spoke, bus | {"collect": {"version": ["0"]}}
    yield "the alerter hears nothing", spoke, bus | {"alert": {**bus["alert"], "detail": {"alarmName": [{"prefix": "seamark-"}]}}}


def main():
    plan, root = Plan(sys.argv[1]), pathlib.Path(sys.argv[2])
    events, spoke, bus = list(golden(root)), rules(plan, "spoke_region"), rules(plan, "hub")
    asked = list(questions(events, spoke, bus))
    sets = [("", asked)] + [(what, list(questions(events, s, b))) for what, s, b in mutants(spoke, bus)]
    answers = iter(ask(root, [(p, e) for _, qs in sets for _, p, e, _ in qs]))
    for what, qs in sets:
        wrong = [f"{q}: {got}, want {str(want).lower()}" for q, _, _, want in qs if (got := next(answers)) != str(want).lower()]
        if not what and wrong:
            fail("patterns:\n" + "\n".join(wrong))
        if what and not wrong:
            fail(f"patterns: not noticed: {what}")
        print(f"noticed  {what}" if what else f"{len(events)} events, {sum(1 for _, _, r in events if r)} of them to be heard, against {len(spoke)} + {len(bus)} rules: {len(qs)} answers as they should be")


main()
