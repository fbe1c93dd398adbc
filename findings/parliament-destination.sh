#!/usr/bin/env bash
# parliament 1.6.4: the policy that lets accounts send their logs to a central destination is a mismatch.
#
# Expected: logs:PutSubscriptionFilter concerns a log group and, for logs that leave the account, the
#   destination too. AWS's user guide (CloudWatch Logs, cross-account subscriptions) puts a policy on the
#   destination with that action and the destination's ARN alone. The table of the action's resource
#   types, which parliament carries from AWS's service authorization reference, names both.
# Seen: RESOURCE_MISMATCH for the user guide's policy, and for a role's statement of its own about
#   the destination: only the types marked as required are looked at. With a log group in the same
#   list nothing is found.
# For who collects logs: the policy without which nothing arrives looks wrong in CI; and adding log
#   groups to it, which quietens the linter, is no right of a destination.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
export PYTHONPATH=$room PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
python3 -m pip install -q --target . parliament==1.6.4 'setuptools<81' 2>log || { cat log; exit 2; }
python3 -W ignore - >got <<'PY'
import json
from importlib.metadata import version
import parliament
print("parliament", version("parliament"))
own = [p for s in json.load(open("parliament/iam_definition.json")) if s["prefix"] == "logs" for p in s["privileges"] if p["privilege"] == "PutSubscriptionFilter"]
print("its table:", [t["resource_type"] for t in own[0]["resource_types"]])
destination, group = "arn:aws:logs:eu-central-1:111122223333:destination:central", "arn:aws:logs:*:*:log-group:*"
def found(**more):
    statement = {"Sid": "", "Effect": "Allow", "Action": "logs:PutSubscriptionFilter", **more}
    return [f.issue for f in parliament.analyze_policy_string(json.dumps({"Version": "2012-10-17", "Statement": [statement]})).findings]
print("on the destination:", found(Principal={"AWS": "222233334444"}, Resource=destination))
print("of a role, destination alone:", found(Resource=destination))
print("of a role, with log groups:", found(Resource=[destination, group]))
PY
cat >seen <<'END'
parliament 1.6.4
its table: ['log-group*', 'destination']
on the destination: ['RESOURCE_MISMATCH']
of a role, destination alone: ['RESOURCE_MISMATCH']
of a role, with log groups: []
END
cat got; diff seen got && echo "still so"
