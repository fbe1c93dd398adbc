"""Writes the tables of modules' and examples' READMEs from their variables, outputs and resources, between
the lines <!-- tables --> and <!-- end of tables -->.

    readme.py [--check] FOLDER…        --check: write nothing, exit 1 if a README is not as it would be written
"""

import pathlib
import re
import sys

BEGIN, END = "<!-- tables -->", "<!-- end of tables -->"


def blocks(text, kind):
    return re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', text, re.S | re.M)


def attribute(body, name):
    """The text of an attribute: up to the next one, or a block, of the same indentation."""
    m = re.search(rf"^  {name} += (.*?)(?=^  [a-z_]+ += |^  [a-z_]+ \{{|^$|\Z)", body, re.S | re.M)
    return m and re.sub(r"\s+", " ", re.sub(r" +#.*", "", m[1])).strip()


def cell(text):
    return text.replace("|", "\\|")


def text_of(body):
    return cell(attribute(body, "description")[1:-1].replace('\\"', '"'))


def tables(folder):
    source = {f.name: f.read_text() for f in sorted(folder.glob("*.tf"))}
    lines = ["## Inputs", "", "| name | what | type | default |", "|---|---|---|---|"]
    for name, body in blocks(source.get("variables.tf", ""), "variable"):
        default = attribute(body, "default")
        lines.append(f"| `{name}` | {text_of(body)} | `{cell(attribute(body, 'type'))}` | {'**required**' if default is None else f'`{cell(default)}`'} |")
    lines += ["", "## Outputs", "", "| name | what |", "|---|---|"]
    lines += [f"| `{name}` | {text_of(body)} |" for name, body in blocks(source.get("outputs.tf", ""), "output")]
    made = sorted({m for t in source.values() for m in re.findall(r'^resource "(\w+)"', t, re.M)})
    if made:
        lines += ["", "## Resources", "", ", ".join(f"`{m}`" for m in made)]
    terraform = re.search(r'required_version = "([^"]+)"', source["versions.tf"])[1]
    provider = re.search(r'version = "([^"]+)"\n    \}', source["versions.tf"])[1]
    return "\n".join([BEGIN, "", f"Terraform `{terraform}`, provider `hashicorp/aws` `{provider}`.", "", *lines, "", END])


def main():
    check, wrong = "--check" in sys.argv, []
    for folder in map(pathlib.Path, (a for a in sys.argv[1:] if a != "--check")):
        readme = folder / "README.md"
        old = readme.read_text() if readme.exists() else ""
        if BEGIN not in old or END not in old:
            sys.exit(f"!! readme: {readme} has no place for the tables: {BEGIN} … {END}")
        new = old[: old.index(BEGIN)] + tables(folder) + old[old.index(END) + len(END) :]
        if new != old:
            wrong.append(str(readme))
            if not check:
                readme.write_text(new)
    if wrong and check:
        sys.exit("!! readme: not as their modules are: " + ", ".join(wrong) + ": run scripts/terraform/readme.py on them")


main()
