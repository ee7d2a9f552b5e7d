"""The page about metrics is what the declarations say."""

from __future__ import annotations

from deploy.metrics_page import FILE, page
from streams.runtime.metrics import METRICS


def test_committed_page_is_what_the_declarations_make() -> None:
    assert FILE.read_text("utf-8") == page(), "run `python -m deploy.metrics_page` and commit deploy/METRICS.md"


def test_the_page_has_every_metric_with_its_labels_and_values() -> None:
    text = page()
    for metric in METRICS:
        [row] = [line for line in text.splitlines() if line.startswith(f"| `{metric.exposed}` | {metric.kind} |")]
        assert metric.about in row
        for label in metric.by:
            [of] = [
                line for line in text.splitlines() if line.startswith(f"| `{label.name}` |") and metric.exposed in line
            ]
            assert label.where in of
            assert label.where or all(f"`{value}`" in of for value in label.values())
