"""Each alarm of a plan names a runbook that is there and that docs/runbooks/README.md lists.

    runbooks.py PLAN ROOT
"""

import pathlib
import re
import sys

from plan import Plan, fail


def main():
    plan, folder = Plan(sys.argv[1]), pathlib.Path(sys.argv[2]) / "docs/runbooks"
    alarms = plan.of("aws_cloudwatch_metric_alarm")
    index = (folder / "README.md").read_text()
    for address, alarm in alarms.items():
        page = re.search(r" Runbook: https://\S+/([a-z-]+\.md)$", alarm["alarm_description"])[1]
        if not (folder / page).exists():
            fail(f"runbooks: {address}: there is no docs/runbooks/{page}")
        if f"({page})" not in index:
            fail(f"runbooks: docs/runbooks/README.md does not list {page}")
    print(f"{len(alarms)} alarms name runbooks that are there")


main()
