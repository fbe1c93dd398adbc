"""Reads a plan (`terraform show -json`)."""

import json
import sys


def fail(text):
    sys.exit(f"!! {text}")


class Plan:
    def __init__(self, path):
        with open(path) as f:
            self.all = list(self._walk(json.load(f)["planned_values"]["root_module"]))

    def _walk(self, module):
        yield from module.get("resources", [])
        for child in module.get("child_modules", []):
            yield from self._walk(child)

    def of(self, kind, module=""):
        """Values of the resources of a type, by address, in one module (hub, spoke, …) or all."""
        prefix = f"module.{module}." if module else ""
        return {r["address"]: r["values"] for r in self.all if r["type"] == kind and r["address"].startswith(prefix)}

    def one(self, kind, module, name):
        return self.of(kind, module)[f"module.{module}.{kind}.{name}"]
