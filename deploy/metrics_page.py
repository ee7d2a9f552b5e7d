"""Write `METRICS.md` beside this file from the declarations: `python -m deploy.metrics_page`."""

from __future__ import annotations

import sys
from pathlib import Path

from streams.runtime.metric_labels import Label
from streams.runtime.metrics import METRICS, PROCESS, Metric

FILE = Path(__file__).with_name("METRICS.md")
LISTED = 30
"""More values than this are not listed but described."""

HEAD = """# Metrics

Every worker serves these on `/metrics`. This page is written from `streams/runtime/metrics.py` (`python -m deploy.metrics_page`); the
rules in `prometheus/` and the dashboards are tested against the same declarations.

* A worker tells of itself. Counters and histograms of several workers are added up; gauges of a partition are taken by `max by (topic,
  partition)`, since two workers may both tell of one while it changes hands. Its series go when it is revoked.
* Counters and histograms stand at zero from the start, for every value of their labels that is listed here; those of a shadow's stages
  in shadows only.
* No value of a label ever comes from an event. A value that is not foreseen becomes `other`. Besides those of the partitions that it is
  assigned (three each), a worker makes fewer than {most:,} series, whatever comes in.
* Nothing is counted event by event: a stage counts while it handles a batch, and the batch is added at its end.

"""


def page() -> str:
    """The whole page."""
    most = sum(metric.most_series for metric in METRICS if "partition" not in metric.labels)
    rounded = -(-most // 500) * 500  # so that a new indicator is not always a new page
    process = ", ".join(f"`{name}`" for name in PROCESS)
    parts = [HEAD.format(most=rounded), "| Name | Kind | Unit | Labels | What it is |\n|---|---|---|---|---|\n"]
    parts += [_row(metric) for metric in METRICS]
    parts += [f"\nAbout the process, from the Prometheus client: {process}.\n", "\n## Labels\n\n"]
    parts += ["| Label | Values | Of |\n|---|---|---|\n", *_labels()]
    parts += ["\n## Buckets\n\n", "| Of | Upper limits |\n|---|---|\n"]
    parts += [f"| `{metric.exposed}` | {_limits(metric)} |\n" for metric in METRICS if metric.buckets]
    return "".join(parts)


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.exposed}` | {metric.kind} | {metric.unit} | {labels} | {metric.about} |\n"


def _labels() -> list[str]:
    """One row for each label and vocabulary, with the metrics that have it."""
    having: dict[tuple[str, str], list[str]] = {}
    for metric in METRICS:
        for label in metric.by:
            having.setdefault((label.name, _values(label)), []).append(f"`{metric.exposed}`")
    return [f"| `{name}` | {values} | {', '.join(names)} |\n" for (name, values), names in having.items()]


def _values(label: Label) -> str:
    values = label.values()
    listed = ", ".join(f"`{value}`" for value in values) if len(values) <= LISTED and not label.where else label.where
    if label.others:
        listed += f"; in a shadow {', '.join(f'`{value}`' for value in label.others)}"
    room = label.up_to - len(label.others)
    return f"{listed}; up to {room} more" if room and values else listed


def _limits(metric: Metric) -> str:
    return ", ".join(f"{limit:g}" for limit in metric.buckets)


if __name__ == "__main__":
    FILE.write_text(page(), "utf-8")
    print(FILE)
    sys.exit(0)
