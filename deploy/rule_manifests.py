"""Write the rules as objects of the Prometheus operator: `python -m deploy.rule_manifests`.

Each file of `prometheus/*.rules.yml` becomes one PrometheusRule in `kubernetes-monitoring/`, its comments kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

SOURCES = Path(__file__).with_name("prometheus")
FOLDER = Path(__file__).with_name("kubernetes-monitoring")
ENDING = ".rules.yml"

HEAD = """# Written from ../prometheus/{file} (`python -m deploy.rule_manifests`): change it there.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: personawatch-{stem}
  labels: {{app.kubernetes.io/name: personawatch}}
spec:
"""


def rendered() -> dict[str, str]:
    """File name → text of every object."""
    found = {}
    for file in sorted(SOURCES.glob(f"*{ENDING}")):
        stem = file.name.removesuffix(ENDING)
        lines = file.read_text("utf-8").splitlines()
        spec = "".join(f"  {line}\n" if line else "\n" for line in lines)
        found[f"{stem}.yaml"] = HEAD.format(file=file.name, stem=stem) + spec
    return found


if __name__ == "__main__":
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, "utf-8")
        print(FOLDER / name)
    sys.exit(0)
