"""Compares each function's role with what the function asks of AWS, as internal/functions TestRights recorded it from
the built binaries: a right that is not granted is a fault, and so is one that is never used.

    rights.py PLAN ROOT

The module is planned as most have it (hub) and with everything (full); between them they have every statement. The
transformer that Firehose calls (inline) has a role of its own kind.
Of S3 the folder counts, of all else the action.
"""

import json
import pathlib
import re
import sys

from plan import Plan, fail

# What nobody can record, because AWS does it in the function's name or at a fault: (functions or None for all, rights, why).
ITSELF = [
    (None, ["logs:CreateLogStream", "logs:PutLogEvents"], "Lambda writes the function's log"),
    (["alerter", "collector", "indexer", "transformer"], ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"], "Lambda works the queue off"),
    (None, ["kms:Decrypt", "kms:GenerateDataKey"], "S3, Secrets Manager and SSM use the keys for the function"),
    (None, ["ec2:" + a for a in ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses")], "Lambda joins the VPC"),
    (["collector", "transformer"], ["s3:AbortMultipartUpload"], "a large object of which a part failed; lake/s3 TestFaults has it"),
    (["collector"], ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"], "where onboard.organization.units names some; collector/aws TestAccounts has them"),
    (["alerter"], ["organizations:ListAccounts", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"], "it finds the accounts by the collector's code"),
    (["collector"], ["s3:PutObject formats", "s3:GetObject formats"], "access-log formats of API stages, which MiniStack does not have; collector TestAccessLogLifecycle has them"),
    (["collector"], ["s3:PutObject landing", "s3:GetObject landing"], "history, for which a filter must have been there for minutes; collector/history TestHistoryTwice has it"),
    (["collector"], ["s3:GetObject lake", "s3:GetObject ledger"], "what the lake has of a history in doubt; collector/history TestFirstLine has it"),
]


def granted(policy):
    """The rights of a role, S3's by folder."""
    out = set()
    for s in json.loads(policy)["Statement"]:
        for action in s["Action"]:
            if action == "s3:ListBucket":
                out |= {f"{action} {p.rsplit('/', 1)[-1]}" for p in next(iter(s["Condition"].values()))["s3:prefix"] if not p.endswith("/*")}
            elif action == "s3:AbortMultipartUpload" or not action.startswith("s3:") or s["Sid"] == "ListUploads":
                out.add(action)
            else:
                for resource in s["Resource"]:
                    key = resource.split(":::", 1)[1].split("/", 1)[1]
                    out.add(f"{action} {'/' + key if key.startswith('config/') else key.split('/')[-2]}")
    return out


def compare(name, role, recorded):
    itself = {right for who, rights, _ in ITSELF if who is None or name in who for right in rights}
    # AWS answers "not found" instead of "access denied" only to who may list, so whoever reads a folder may.
    itself |= {r.replace("s3:GetObject", "s3:ListBucket") for r in recorded | itself if r.startswith("s3:GetObject ") and " /" not in r}
    bad = [f"{name} asks for {r}, which its role does not allow" for r in sorted(recorded - role)]
    bad += [f"{name} may {r}, and never asks for it" for r in sorted(role - recorded - itself)]
    return bad + [f"{name}'s role lacks {r}, of what AWS itself needs" for r in sorted(itself - role)]


def main():
    plan, folder = Plan(sys.argv[1]), pathlib.Path(sys.argv[2]) / "internal/functions/testdata/rights"
    bad, files = [], sorted(folder.iterdir())
    roles = {}
    for module in ("hub", "full", "inline"):
        for address, policy in plan.of("aws_iam_role_policy", module).items():
            name = re.search(r'\.function\["(\w+)"\]$', address)
            if name and (module != "inline" or name[1] == "transformer"):
                roles.setdefault("inline" if module == "inline" else name[1], set()).update(granted(policy["policy"]))
    if sorted(roles) != [f.name for f in files]:
        fail(f"rights: functions {sorted(roles)}, recorded {[f.name for f in files]}")
    tried = 0
    for file in files:
        name = file.name
        recorded = {line for line in file.read_text().splitlines() if not line.startswith("#")}
        bad += compare(name, roles[name], recorded)
        # It must notice each right that is missing, and one too many.
        for role in [roles[name] - {r} for r in roles[name]] + [roles[name] | {"s3:PutObject other"}]:
            tried += 1
            if not compare(name, role, recorded):
                fail(f"rights: nobody notices that {name}'s role differs by {role ^ roles[name]}")
    if bad:
        fail("rights:\n" + "\n".join(bad))
    print("each role allows what its function asks for, and nothing else: " + ", ".join(f"{n} {len(r)} rights" for n, r in sorted(roles.items())) + f"; {tried} changes noticed")


main()
