"""Breaks terraform modules in one place at a time: a test of theirs must notice each.

    mutants.py MODULES ROOM [--each] [MODULE...]

MODULES is the folder of the modules, or of examples, each with tests/*.tftest.hcl and tests/mutants.toml:

    [[mutant]]
    name = "dead-letter queue is the queue itself"
    file = "queues.tf"
    old = 'deadLetterTargetArn = each.value.dead_arn'
    new = 'deadLetterTargetArn = each.value.arn'
    caught = "Every queue has a dead-letter queue of its own."     # error_message of the assertion

A mutant counts as caught when that very assertion fails; where a run expects a precondition to fail,
`failure = "<run>"` stands in place of caught. An assertion or such a run that no mutant is written for is a fault, and so is a text that the file does not hold exactly once. For the validations of variables
mutants are made here: the n-th time that tests/variables.tftest.hcl expects a variable to fail,
its n-th validation is made to hold always. A run `<run>_first` of the same file is what that run builds on.

Mutants of one run, of different assertions, are tried together, in one copy of the module, since
a run takes half a second however little it does; --each tries each alone. All runs are handed to a single
`terraform test` in ROOM. Exits 1 if any mutant lived.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

BLOCK = re.compile(r'^(run "([a-z0-9_]+)" \{\n.*?^\}\n)', re.S | re.M)
MESSAGE = re.compile(r'error_message = ("(?:[^"\\]|\\.)*")')
EXPECTED = re.compile(r"expect_failures = \[(.*?)\]", re.S)


def fail(text):
    sys.exit(f"!! mutants: {text}")


class Mutant:
    def __init__(self, module, spec):
        self.module, self.name = module, spec["name"]
        self.caught = spec.get("caught") or "expects a failure: " + spec["failure"]
        self.file, self.old, self.new = spec["file"], spec["old"], spec["new"]

    def apply(self, folder):
        path = folder / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            fail(f"{self.module}: {self.name}: {self.file} holds its text {text.count(self.old)} times, not once")
        path.write_text(text.replace(self.old, self.new))


class Module:
    """A module's tests: their files, split into what precedes the runs and the runs."""

    def __init__(self, path):
        self.path, self.name = path, path.name
        self.heads, self.runs, self.where = {}, {}, {}  # where: error message -> (file, run)
        self.expected = []  # (file, run, variable, n)
        seen = collections.Counter()
        for file in sorted((path / "tests").glob("*.tftest.hcl")):
            text = file.read_text()
            self.heads[file.name] = text[: text.index('\nrun "')]
            for block, name in BLOCK.findall(text):
                self.runs[file.name, name] = block
                for m in MESSAGE.findall(block):
                    message = json.loads(m)
                    if message in self.where:
                        fail(f"{self.name}: two assertions say {message!r}")
                    self.where[message] = file.name, name
                if EXPECTED.search(block) and file.name != "variables.tftest.hcl":
                    self.where["expects a failure: " + name] = file.name, name
                if file.name == "variables.tftest.hcl":
                    for v in re.findall(r"var\.(\w+)", EXPECTED.search(block)[1]):
                        seen[v] += 1
                        self.expected.append((file.name, name, v, seen[v]))

    def mutants(self):
        specs = tomllib.loads((self.path / "tests" / "mutants.toml").read_text())["mutant"]
        all = [Mutant(self.name, s) for s in specs]
        for m in all:
            if m.caught not in self.where:
                fail(f"{self.name}: {m.name}: no assertion says {m.caught!r}")
        bare = set(self.where) - {m.caught for m in all}
        if bare:
            fail(f"{self.name}: no mutant for: " + "; ".join(sorted(bare)))
        return all

    def validations(self):
        """The validations of each variable: their conditions' text."""
        found = {}
        text = (self.path / "variables.tf").read_text()
        for name, body in re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, re.S | re.M):
            found[name] = re.findall(r"^    condition +=(.*?)^    error_message", body, re.S | re.M)
        return found


def groups(module, each):
    """Runs to be made: (file, run, [(label, what must be said)], [change of a folder])."""
    made = []
    for m in module.mutants():
        file, run = module.where[m.caught]
        for g in made:
            if not each and g[:2] == (file, run) and m.caught not in [said for _, said in g[2]] and not m.caught.startswith("expects"):
                break
        else:
            g = (file, run, [], [])
            made.append(g)
        g[2].append((m.name, "was expected to report an error but did not" if m.caught.startswith("expects a failure: ") else m.caught))
        g[3].append(m.apply)
    validations = module.validations()
    wanted = {(v, n + 1) for v, conditions in validations.items() for n in range(len(conditions))}
    asked = {(v, n) for _, _, v, n in module.expected}
    if wanted != asked:
        fail(f"{module.name}: validations without a test: {sorted(wanted - asked)}; tests without a validation: {sorted(asked - wanted)}")
    by_run = collections.defaultdict(list)
    for file, run, v, n in module.expected:
        by_run[file, run].append((v, n))
    for (file, run), all in by_run.items():

        def change(folder, all=all):
            path = folder / "variables.tf"
            text = path.read_text()
            for v, n in all:
                condition = validations[v][n - 1]
                start = text.index(f'variable "{v}" {{')
                at = text.index(condition, start)
                text = text[:at] + f" var.{v} == var.{v} || (" + condition.strip() + ")\n" + text[at + len(condition) :]
            path.write_text(text)

        made.append((file, run, [(f"validation {n} of {v} holds always", f"object, var.{v}, was expected") for v, n in all], [change]))
    return made


def main():
    args = [a for a in sys.argv[1:] if a != "--each"]
    modules, room = pathlib.Path(args[0]), pathlib.Path(args[1])
    names = args[2:] or sorted(p.parent.parent.name for p in modules.glob("*/tests/mutants.toml"))
    shutil.rmtree(room, ignore_errors=True)
    (room / "tests").mkdir(parents=True)
    shutil.copy(modules / names[0] / "versions.tf", room)
    if modules.name == "examples":  # they call ../../modules/…
        shutil.copytree(modules.parent / "modules", room / "modules", ignore=shutil.ignore_patterns("tests", ".terraform*"))
    tried = {}
    for name in names:
        module = Module(modules / name)
        shutil.copytree(modules / name / "tests", room / "tests" / name)
        for data in (modules / name).glob("*.json"):  # that tests compare with
            shutil.copy(data, room)
        for i, (file, run, said, changes) in enumerate(groups(module, "--each" in sys.argv)):
            copy = room / "mutants" / f"{name}-{i}"
            shutil.copytree(modules / name, copy, ignore=shutil.ignore_patterns("tests", ".terraform*"))
            for change in changes:
                change(copy)
            head = module.heads[file].replace("./tests/mocks", f"./tests/{name}/mocks")
            blocks = []
            for part in (run + "_first", run):  # what a run builds on is applied before it
                if (file, part) in module.runs:
                    block = module.runs[file, part].replace(f'run "{part}" {{\n', f'run "{part}_{i}" {{\n  module {{\n    source = "./mutants/{name}-{i}"\n  }}\n', 1)
                    blocks.append(block.replace('"tests/packages', f'"tests/{name}/packages'))
            # Runs whose assertions fail go on one behind the other in one file; what fails before
            # that ends its file.
            alone = file == "variables.tftest.hcl" or any(text.startswith("was expected") for _, text in said)
            test = room / "tests" / (f"{name}-{i}.tftest.hcl" if alone else f"{name}-{file}")
            test.write_text((test.read_text() if test.exists() else head) + "\n" + "\n".join(blocks))
            tried[f"tests/{test.name}", f"{run}_{i}"] = (name, file, run, said)
    subprocess.run(["terraform", "init", "-backend=false", "-input=false", "-no-color"], cwd=room, check=True, stdout=subprocess.DEVNULL)
    out = subprocess.run(["terraform", "test", "-json"], cwd=room, capture_output=True, text=True, env=os.environ).stdout
    heard = collections.defaultdict(str)
    for line in out.splitlines():
        event = json.loads(line)
        if event.get("type") == "diagnostic":
            heard[event.get("@testfile", ""), event.get("@testrun", "")] += event["diagnostic"]["detail"] + "\n" + event["diagnostic"]["summary"] + "\n"
    alive = 0
    for key, (name, of, run, said) in tried.items():
        for label, text in said:
            caught = " ".join(text.split()) in " ".join(heard[key].split())
            alive += not caught
            print(f"{'caught' if caught else '!! LIVED'}  {name}: {label}  <- {of.removesuffix('.tftest.hcl')} {run}" + ("" if caught else f": {text}\n   {heard[key]}"))
    print(f"{sum(len(t[3]) for t in tried.values())} mutants in {len(tried)} runs, {alive} lived")
    sys.exit(alive > 0)


main()
