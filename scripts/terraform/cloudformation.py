"""Compares the StackSet's template with what terraform plans of modules/spoke and modules/spoke-region: roles,
trust, policies, event patterns, targets, topic and its policy must be the same.

    cloudformation.py TEMPLATE PLAN

The template is evaluated as CloudFormation would, once for each pair of modules in the plan.
Then it is changed in one place at a time, and the comparison must notice each.
"""

import json
import re
import sys

import yaml

from plan import Plan, fail

NO_VALUE = object()


class Loader(yaml.SafeLoader):
    pass


def intrinsic(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix
    kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: lambda n: loader.construct_sequence(n, deep=True), yaml.MappingNode: lambda n: loader.construct_mapping(n, deep=True)}
    return {name: kinds[type(node)](node)}


Loader.add_multi_constructor("!", intrinsic)


class Stack:
    def __init__(self, template, given, pseudo):
        self.t = template
        self.values = {k: p.get("Default") for k, p in template["Parameters"].items()} | given | pseudo
        missing = [k for k, v in self.values.items() if v is None]
        if missing:
            fail(f"cloudformation: no value for {missing}")
        self.resources = {
            name: {"Type": r["Type"], **self.eval(r["Properties"])} for name, r in template["Resources"].items() if "Condition" not in r or self.holds(r["Condition"])
        }

    def holds(self, name):
        return self.eval(self.t["Conditions"][name])

    def ref(self, name):
        if name == "AWS::NoValue":
            return NO_VALUE
        if name == "AlarmsTopic":
            return self.eval({"Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Name}-alarms"})
        return self.values[name]

    def eval(self, o):
        if isinstance(o, list):
            return [v for v in map(self.eval, o) if v is not NO_VALUE]
        if not isinstance(o, dict):
            return o
        if len(o) == 1:
            (name, arg), = o.items()
            if name == "Ref":
                return self.ref(arg)
            if name == "Fn::Sub":
                return re.sub(r"\$\{([^}]+)\}", lambda m: self.ref(m[1]), arg)
            if name == "Fn::If":
                return self.eval(arg[1] if self.holds(arg[0]) else arg[2])
            if name == "Fn::Equals":
                return self.eval(arg[0]) == self.eval(arg[1])
            if name == "Fn::Not":
                return not self.eval(arg[0])
            if name == "Fn::And":
                return all(map(self.eval, arg))
            if name == "Condition" and isinstance(arg, str):
                return self.holds(arg)
        return {k: v for k, v in ((k, self.eval(v)) for k, v in o.items()) if v is not NO_VALUE}


def listed(policy):
    """A policy with lists for what may be one or many."""
    policy = json.loads(policy) if isinstance(policy, str) else policy
    return [{k: [v] if k in ("Action", "Resource", "NotResource") and isinstance(v, str) else v for k, v in s.items()} for s in policy["Statement"]]


def of_stack(stack):
    out = {}
    for r in stack.resources.values():
        if r["Type"] == "AWS::IAM::Role":
            out["role " + r["RoleName"]] = {
                "path": r["Path"], "description": r["Description"], "boundary": r.get("PermissionsBoundary"), "trust": listed(r["AssumeRolePolicyDocument"]),
                "policies": {p["PolicyName"]: listed(p["PolicyDocument"]) for p in r["Policies"]}, "tags": {t["Key"]: t["Value"] for t in r["Tags"]},
            }
        elif r["Type"] == "AWS::Events::Rule":
            out["rule " + r["Name"]] = {"description": r["Description"], "pattern": r["EventPattern"], "targets": [(t["Id"], t["Arn"], t["RoleArn"]) for t in r["Targets"]]}
        elif r["Type"] == "AWS::SNS::Topic":
            out["topic " + r["TopicName"]] = {"tags": {t["Key"]: t["Value"] for t in r["Tags"]}}
        elif r["Type"] == "AWS::SNS::TopicPolicy":
            out["topic policy"] = listed(r["PolicyDocument"])
        else:
            fail(f"cloudformation: nobody compares a {r['Type']}")
    return out


def of_plan(plan, spoke, region):
    out = {}
    policies = {}
    for address, p in plan.of("aws_iam_role_policy", spoke).items():
        policies.setdefault(p["role"], {})[p["name"]] = listed(p["policy"])
    for r in plan.of("aws_iam_role", spoke).values():
        out["role " + r["name"]] = {
            "path": r["path"], "description": r["description"], "boundary": r["permissions_boundary"], "trust": listed(r["assume_role_policy"]), "policies": policies[r["name"]], "tags": r["tags"],
        }
    targets = plan.of("aws_cloudwatch_event_target", region).values()
    for r in plan.of("aws_cloudwatch_event_rule", region).values():
        out["rule " + r["name"]] = {
            "description": r["description"], "pattern": json.loads(r["event_pattern"]), "targets": [(t["target_id"], t["arn"], t["role_arn"]) for t in targets if t["rule"] == r["name"]],
        }
    for t in plan.of("aws_sns_topic", region).values():
        out["topic " + t["name"]] = {"tags": t["tags"]}
    for p in plan.of("aws_sns_topic_policy", region).values():
        out["topic policy"] = listed(p["policy"])
    return out


PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "111111111111"}
PAIRS = [
    ("spoke", "spoke_region", {"HubBusArn": "arn:aws:events:eu-central-1:999999999999:event-bus/seamark", "AlertQueueArn": "arn:aws:sqs:eu-central-1:999999999999:seamark-alert", "EnteringRoleArns": [f"arn:aws:iam::999999999999:role/seamark-hub-{f}" for f in ("alerter", "collector")]}),
    ("full_spoke", "full_spoke_region", {
        "Name": "full", "HubBusArn": "arn:aws:events:eu-central-1:999999999999:event-bus/full", "AlertQueueArn": "arn:aws:sqs:eu-central-1:999999999999:full-alert", "EnteringRoleArns": [f"arn:aws:iam::999999999999:role/full-hub-{f}" for f in ("alerter", "collector")],
        "OrganizationId": "o-a1b2c3d4e5", "Deployment": "acme", "ManageAccessLogs": "true", "PermissionsBoundary": "arn:aws:iam::111111111111:policy/bounds",
    }),
]  # fmt: skip
SHARED = {"HubAccountId": "999999999999", "ExternalId": "4711-acme", "HomeRegion": "eu-central-1"}

# Changes that the comparison must notice.
MUTANTS = [
    ("the hub's whole account may enter", 'ArnEquals: {"aws:PrincipalArn": !Ref EnteringRoleArns}', 'ArnLike: {"aws:PrincipalArn": "*"}'),
    ("the organisation is forgotten", '"aws:PrincipalOrgID": !If [OfOrganization, !Ref OrganizationId, !Ref "AWS::NoValue"]', '"aws:PrincipalOrgID": !Ref "AWS::NoValue"'),
    ("an action more", "- cloudwatch:DeleteAlarms\n", "- cloudwatch:DeleteAlarms\n                  - cloudwatch:DeleteDashboards\n"),
    ("an action less", "                  - tag:GetResources\n", ""),
    ("stages may be deleted", "Effect: Deny\n                    Action: apigateway:DELETE", "Effect: Allow\n                    Action: apigateway:DELETE"),
    ("a rule is narrowed", "          - TagLogGroup\n", ""),
    ("all alarms' states", 'alarmName: [{prefix: "seamark/"}]', 'alarmName: [{prefix: ""}]'),
    ("any queue may subscribe", ', "sns:Endpoint": !Ref AlertQueueArn', ""),
    ("no boundary", "Condition: HomeOfOrganization\n    Properties:\n      RoleName: !Sub \"${Name}-sender\"\n      Path: !Sub \"/${Name}/\"\n      Description: Shows the destination that the sender belongs to the organisation\n      PermissionsBoundary: !If [Bounded, !Ref PermissionsBoundary, !Ref \"AWS::NoValue\"]", "Condition: HomeOfOrganization\n    Properties:\n      RoleName: !Sub \"${Name}-sender\"\n      Path: !Sub \"/${Name}/\"\n      Description: Shows the destination that the sender belongs to the organisation"),
    ("the sender's role for all", "Condition: HomeOfOrganization", "Condition: Home"),
    ("rules without their role", '          RoleArn: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Name}/${Name}-events"', '          RoleArn: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Name}-events"'),
]  # fmt: skip


def differences(text, plan):
    template = yaml.load(text, Loader)
    for spoke, region, given in PAIRS:
        got, want = of_stack(Stack(template, SHARED | given, PSEUDO)), of_plan(plan, spoke, region)
        for name in sorted(got.keys() | want.keys()):
            a, b = json.dumps(got.get(name), sort_keys=True, indent=1), json.dumps(want.get(name), sort_keys=True, indent=1)
            if a != b:
                yield f"{spoke}: {name}:\n  template {a}\n  terraform {b}"
    elsewhere = of_stack(Stack(template, SHARED | PAIRS[1][2], PSEUDO | {"AWS::Region": "eu-west-1"}))
    roles = [n for n in elsewhere if n.startswith("role ")]
    if roles:
        yield f"roles outside HomeRegion: {roles}"


def main():
    text, plan = open(sys.argv[1]).read(), Plan(sys.argv[2])
    found = list(differences(text, plan))
    if found:
        fail("cloudformation: template and modules differ\n" + "\n".join(found))
    print("template and modules are the same, with and without organisation")
    for label, old, new in MUTANTS:
        if old not in text:
            fail(f"cloudformation: {label}: the template does not hold {old!r}")
        if not list(differences(text.replace(old, new, 1), plan)):
            fail(f"cloudformation: not noticed: {label}")
        print(f"noticed  {label}")


main()
