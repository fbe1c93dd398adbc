"""Has parliament read every role's policy of a plan: actions, resources and conditions that AWS does not
know, or that cannot be met together.

    policies.py PLAN

Trust policies and those of queues, topics and buckets are none of its business (it calls their principals
malformed); the modules' own tests compare them to the letter.
"""

import json
import sys

from parliament import analyze_policy_string

from plan import Plan, fail

# What it says and why it may stay: (address ends in, finding, actions).
ACCEPTED = [
    # AWS: network interfaces have no names before they are made.
    (".function[", "RESOURCE_STAR", {"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"}),
    # AWS: DescribeAlarms returns composite alarms only to who may describe "*".
    ("spoke.aws_iam_role_policy.collector[0]", "RESOURCE_STAR", {"cloudwatch:DescribeAlarms"}),
    # AWS: PutCompositeAlarm works only where it is allowed on "*".
    ("spoke.aws_iam_role_policy.collector[0]", "RESOURCE_STAR", {"cloudwatch:PutCompositeAlarm"}),
]


def findings(policy):
    for f in analyze_policy_string(policy).findings:
        yield f.issue, str(f.detail), f


used = set()


def accepted(address, issue, detail):
    for i, (end, kind, actions) in enumerate(ACCEPTED):
        if end in address and issue == kind and set(json.loads(detail.replace("'", '"'))) == actions:
            used.add(i)
            return True
    return False


def main():
    # It must be able to find something: an action that is none, a condition that the action does not know.
    for bad, wanted in [("s3:GetObjekt", "UNKNOWN_ACTION"), ("s3:ListBucketMultipartUploads", "UNKNOWN_CONDITION_FOR_ACTION")]:
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": bad, "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefix": "x"}}}]}
        if wanted not in [issue for issue, _, _ in findings(json.dumps(policy))]:
            fail(f"policies: parliament does not find {wanted} in {bad}")
    policies = Plan(sys.argv[1]).of("aws_iam_role_policy")
    bad = [f"{a}: {f}" for a, v in policies.items() for issue, detail, f in findings(v["policy"]) if not accepted(a, issue, detail)]
    print(f"parliament read {len(policies)} policies")
    if bad:
        fail("policies:\n" + "\n".join(bad))
    if len(used) < len(ACCEPTED):
        fail(f"policies: accepted, but not found any more: {[a for i, a in enumerate(ACCEPTED) if i not in used]}")


main()
