"""The page about metrics is what the declarations say."""

from __future__ import annotations

from deploy.metrics_page import FILE, page
from enrichers.timezones import offsets_of
from streams.detection.accounts import AccountsStage
from streams.detection.cases import CasesStage
from streams.detection.catalogue.load import load
from streams.detection.entities import EntitiesStage
from streams.detection.shadow import shadowed
from streams.detection.stage import Stage
from streams.runtime.metric_labels import SHADOW_STAGES
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
            assert label.where or all(f"`{value}`" in of for value in (*label.values(), *label.others))


def test_the_page_knows_the_stages_of_a_shadow_by_their_names() -> None:
    catalogue = load()
    live: list[Stage] = [AccountsStage(catalogue, offsets_of), EntitiesStage(catalogue), CasesStage(catalogue)]
    assert tuple(stage.name for stage in shadowed(live)) == SHADOW_STAGES
