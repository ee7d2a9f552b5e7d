"""What panels say when it is easy to say something untrue: in a first week, at a handover of partitions, with a shadow beside."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.deploy.prometheus import lacks
from tests.deploy.promql import panels, plain
from tests.deploy.test_dashboards import DASHBOARDS
from tests.require import require

DAYS = {
    'personawatch_ready{job="personawatch",instance="w1"}': "1x{count}",
    'personawatch_notifications_total{job="personawatch",instance="w1",tier="review"}': "0+1x{count}",
    'personawatch_indicator_firings_total{job="personawatch",instance="w1",indicator="marathon_session"}': "0+2x{count}",
}
"""A steady deployment, told every six hours."""
HANDOVER = {
    'personawatch_partition_lag{job="personawatch",instance="w1",topic="links",partition="0"}': "600-60x4",
    'personawatch_partition_lag{job="personawatch",instance="w2",topic="links",partition="0"}': "600-60x4",
    'personawatch_partition_lag{job="personawatch",instance="w2",topic="links",partition="1"}': "40x4",
    'personawatch_partition_lag{job="personawatch-shadow",instance="s",topic="shadow-links",partition="0"}': "9000x4",
}
"""Both workers tell of partition 0; 60 records a minute are handled more than come."""
STUCK = {
    'personawatch_partition_stuck_seconds{job="personawatch",instance="w1",topic="links",partition="0"}': "0+60x4",
    'personawatch_partition_stuck_seconds{job="personawatch",instance="w2",topic="links",partition="1"}': "0x4",
}
"""One partition has waited since the beginning, the other one moves."""
WAITING = {
    f'{{job="personawatch", topic="links", partition="{number}"}}': seconds for number, seconds in enumerate((240, 0))
}
SHADOWED = {
    'personawatch_ready{job="personawatch",instance="w1"}': "1x4",
    'personawatch_ready{job="personawatch-shadow",instance="s"}': "1x4",
    'personawatch_latency_seconds_bucket{job="personawatch",instance="w1",stage="cases",le="10.0"}': "0+54x4",
    'personawatch_latency_seconds_count{job="personawatch",instance="w1",stage="cases"}': "0+60x4",
    'personawatch_latency_seconds_bucket{job="personawatch-shadow",instance="s",stage="shadow-cases",le="10.0"}': "0x4",
    'personawatch_latency_seconds_count{job="personawatch-shadow",instance="s",stage="shadow-cases"}': "0+60x4",
    'personawatch_shadow_alerts_total{job="personawatch-shadow",instance="s",tier="review",status="open"}': "0+6x4",
    'personawatch_shadow_alerts_total{job="staging-shadow",instance="s",tier="review",status="open"}': "0+600x4",
}


class Case(NamedTuple):
    """Series that Prometheus has, each `interval` one number, and what a panel's queries say of them `at` a time."""

    about: str
    series: dict[str, str]
    interval: str
    at: str
    panel: tuple[str, str]
    says: tuple[Mapping[str, float], ...]


def days(count: int) -> dict[str, str]:
    return {name: values.format(count=4 * count) for name, values in DAYS.items()}


MARATHON = '{indicator="marathon_session"}'
CASES = (
    Case("one waits", STUCK, "1m", "4m", ("pipeline", "Partitions that do not move"), (WAITING,)),
    Case("one waits", STUCK, "1m", "4m", ("pipeline", "Stuck partitions"), ({"{}": 1},)),
    Case("six days", days(6), "6h", "6d", ("detection", "Against the week"), ({},)),
    Case("nine days", days(9), "6h", "9d", ("detection", "Against the week"), ({"{}": 1},)),
    Case("six days", days(6), "6h", "6d", ("detection", "Firings against the week"), ({MARATHON: 8}, {}, {})),
    Case(
        "nine days",
        days(9),
        "6h",
        "9d",
        ("detection", "Firings against the week"),
        ({MARATHON: 8}, {MARATHON: 8}, {MARATHON: 1}),
    ),
    Case("both tell", HANDOVER, "1m", "4m", ("pipeline", "Lag by input"), ({'{topic="links"}': 400},)),
    Case("both tell", HANDOVER, "1m", "4m", ("pipeline", "Records waiting"), ({"{}": 400},)),
    Case("both tell", HANDOVER, "1m", "4m", ("pipeline", "Time to drain"), ({'{topic="links"}': 400},)),
    Case("a shadow", SHADOWED, "1m", "4m", ("pipeline", "Workers at work"), ({"{}": 1},)),
    Case("a shadow", SHADOWED, "1m", "4m", ("pipeline", "Objective kept"), ({"{}": 0.9},)),
    Case("a shadow", SHADOWED, "1m", "4m", ("pipeline", "Budget left"), ({"{}": -9},)),
    Case("a shadow", SHADOWED, "1m", "4m", ("pipeline", "Budget burn"), ({"{}": 10},) * 4),
    Case("a shadow", SHADOWED, "1m", "4m", ("detection", "Opened by the shadow, 24 h"), ({"{}": 24},)),
)


def asked(name: str, title: str) -> list[str]:
    [panel] = [panel for panel in panels(DASHBOARDS[name]) if panel["title"] == title]
    return [plain(target["expr"], "2m") for target in panel["targets"]]


def promql_tests(case: Case) -> list[dict[str, Any]]:
    return [
        {
            # What is extrapolated at the ends of a range is not the point here.
            "expr": f"round({expression}, 0.01)",
            "eval_time": case.at,
            "exp_samples": [{"labels": labels, "value": value} for labels, value in says.items()],
        }
        for expression, says in zip(asked(*case.panel), case.says, strict=True)
    ]


def document(interval: str, cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "evaluation_interval": interval,
        "tests": [
            {
                "name": f"{case.panel[1]}: {case.about}",
                "interval": interval,
                "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
                "promql_expr_test": promql_tests(case),
            }
            for case in cases
        ],
    }


def run(cases: Sequence[Case], folder: Path) -> subprocess.CompletedProcess[str]:
    require(lacks("promtool"))
    paths = []
    for interval in sorted({case.interval for case in cases}):
        path = folder / f"{interval}.json"  # JSON is YAML
        path.write_text(json.dumps(document(interval, [case for case in cases if case.interval == interval])))
        paths.append(path)
    return subprocess.run(["promtool", "test", "rules", *paths], capture_output=True, text=True, check=False)


def test_panels_say_what_is_so(tmp_path: Path) -> None:
    done = run(CASES, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_another_number_would_be_noticed(tmp_path: Path) -> None:
    wrong = [case._replace(says=({"{}": 3},)) for case in CASES if case.panel == ("pipeline", "Records waiting")]
    done = run(wrong, tmp_path)
    assert done.returncode != 0
    assert "got: {} 4E+02" in done.stdout + done.stderr
