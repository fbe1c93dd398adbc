"""Compares the tables that terraform plans in Glue with the statements of schemas/testdata, which Trino runs in
`make test-athena`, and the saved queries with those of docs/howto/athena.md, which it runs too.

    tables.py PLAN ROOT
"""

import pathlib
import re
import sys

from plan import Plan, fail


def properties(sql):
    """TBLPROPERTIES, columns and partition columns of a CREATE TABLE."""
    return (
        dict(re.findall(r"^  '([^']+)' = '([^']*)',?$", sql, re.M)),
        re.findall(r"^  `(\w+)` (\w+) COMMENT '((?:[^'\\]|\\.)*)',?$", sql, re.M),
    )


def main():
    plan, root = Plan(sys.argv[1]), pathlib.Path(sys.argv[2])
    tables = plan.of("aws_glue_catalog_table", "hub")
    bucket = "seamark-999999999999-eu-central-1"
    for kind in ("injected", "enumerated"):
        for table in ("logs", "access_logs"):
            got = tables[f'module.hub.aws_glue_catalog_table.{kind}["{table}"]']
            want, columns = properties((root / f"schemas/testdata/{table}.{kind}.sql").read_text())
            have = {k: v.replace(f"s3://{bucket}/", "s3://example-bucket/logs/") for k, v in got["parameters"].items() if k not in ("EXTERNAL", "classification")}
            for own in ("projection.environment.values", "projection.date.range", "projection.product.values"):  # the operator's own
                if (own in want) != (own in have):
                    fail(f"tables: {table} {kind}: {own}")
                want.pop(own, None), have.pop(own, None)
            if want != have:
                fail(f"tables: {table} {kind}: schemas {want}\n terraform {have}")
            listed = [(c["name"], c["type"], c["comment"]) for c in got["storage_descriptor"][0]["columns"] + got["partition_keys"]]
            if [(n, t, c.replace("\\'", "'")) for n, t, c in columns] != listed:
                fail(f"tables: {table} {kind}: columns differ: {columns}\n{listed}")
    page = re.findall(r"```sql\n(.*?)```", (root / "docs/howto/athena.md").read_text(), re.S)
    saved = [q["query"].split("\n", 1)[1] for q in plan.of("aws_athena_named_query", "hub").values()]
    if sorted(page) != sorted(saved):
        fail("tables: the saved queries are not those of docs/howto/athena.md: " + str(set(page) ^ set(saved)))
    print(f"{len(tables)} tables as in schemas/testdata, {len(saved)} saved queries as in docs/howto/athena.md")


main()
