"""The hub and the functions mean the same: what a schedule asks for, its function does; what an alarm watches, a
function counts; what is said in the environment, somebody reads.

    functions.py PLAN ROOT
"""

import json
import pathlib
import re
import sys

from plan import Plan, fail


def source(folder):
    return "\n".join(f.read_text() for f in sorted(folder.rglob("*.go")) if not f.name.endswith("_test.go"))


def main():
    plan, root = Plan(sys.argv[1]), pathlib.Path(sys.argv[2])
    bad = []
    for schedule in plan.of("aws_scheduler_schedule").values():
        target = schedule["target"][0]
        function = target["arn"].rsplit("-", 1)[1]
        if target["input"] and f'"{json.loads(target["input"])["do"]}":' not in source(root / "internal/functions" / function):
            bad.append(f"{schedule['name']} asks the {function} for {target['input']}, which it does not do")
    counted = set(re.findall(r'^\t"(\w+)": +"', (root / "internal/lambda/meter.go").read_text(), re.M))
    watched = {a["metric_name"] for a in plan.of("aws_cloudwatch_metric_alarm").values() if a["namespace"] == "seamark"}
    bad += [f"an alarm watches {m}, which nobody counts" for m in sorted(watched - counted)]
    read = source(root / "internal/lambda")
    for function in [f for module in ("hub", "inline") for f in plan.of("aws_lambda_function", module).values()]:
        said = [v for v in function["environment"][0]["variables"] if v.startswith("SEAMARK_")]
        bad += [f"{function['function_name']} is told {v}, which nobody reads" for v in said if f'"{v}"' not in read]
    if bad:
        fail("functions:\n" + "\n".join(sorted(bad)))
    print("schedules, alarms and environment are what the functions know")


main()
