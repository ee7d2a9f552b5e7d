"""Where you publish `RUNBOOK.md`: one address, to which every alert and every dashboard links.

`python -m deploy.address https://wiki.example.org/personawatch/RUNBOOK.md` writes it into the rules, their tests, their Kubernetes
objects and the dashboards; without an address it tells the present one.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
FILE = FOLDER / "runbook.address"
RUNBOOK = FILE.read_text("utf-8").strip()
"""The address of the published runbook, without a section."""

# What a URL may hold and YAML takes without quotes; `#` begins the section.
URL = re.compile(r"https?://[\w.-]+(:\d+)?(/[\w.~/?&=%@+-]*)?")
LINK = re.compile(r"(?<=runbook_url: )[^\s#]+(?=#)")


def rewritten(rules: str, address: str) -> str:
    """Rules or their tests with every link to the runbook at `address`."""
    return LINK.sub(address, rules)


def write(address: str, folder: Path = FOLDER) -> list[Path]:
    """Keep `address` and put it into the rules and their tests; gives the files that changed."""
    changed = []
    files = {folder / FILE.name: f"{address}\n"}
    for file in sorted((folder / "prometheus").rglob("*.yml")):
        files[file] = rewritten(file.read_text("utf-8"), address)
    for file, text in files.items():
        if file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
            changed.append(file)
    return changed


def main(arguments: list[str]) -> int:
    """Tell the address, or write another one everywhere."""
    parser = argparse.ArgumentParser(prog="python -m deploy.address", description=__doc__)
    parser.add_argument("address", nargs="?", help="where RUNBOOK.md can be read, from http:// on, without a section")
    address = parser.parse_args(arguments).address
    if address is None:
        print(RUNBOOK)
        return 0
    if not URL.fullmatch(address):
        parser.error(f"not an address of a page: found {address!r}, expected https://… without a section (#…)")
    for file in write(address):
        print(file)
    for made in ("deploy.rule_manifests", "deploy.dashboards"):
        # a process of its own: it reads the new address
        done = subprocess.run([sys.executable, "-m", made], check=False, cwd=FOLDER.parent)  # noqa: S603 -- two names of our own
        if done.returncode:
            print(f"what {made} writes is as before: see above; `python -m {made}` writes it", file=sys.stderr)
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
