"""The committed dashboards are what the code makes, keep the house rules, and ask only for metrics and labels that exist."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.dashboards import objective, quality
from deploy.dashboards.__main__ import FOLDER, rendered
from deploy.dashboards.layout import NEXT
from deploy.dashboards.queries import JOBS, series
from deploy.dashboards.runbook import anchor
from streams.runtime.metrics import METRICS, PROCESS, Metric
from tests.deploy.prometheus import lacks
from tests.deploy.promql import aggregations, expressions, looks_back_s, panels, plain, ranges_s, selectors
from tests.require import require

ROOT = Path(__file__).parents[2]
DASHBOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
EXPRESSIONS = [
    (name, panel["title"], expression)
    for name, dashboard in DASHBOARDS.items()
    for panel in panels(dashboard)
    for expression in expressions(panel)
]
OF_SCRAPE = {"job", "instance"}
SCRAPE_S = 15
ON_NO_PANEL = {
    "personawatch_consumer_lag": "a sum over partitions counts one twice while it goes from worker to worker; `partition_lag` does not",
    "personawatch_not_public_addresses_total": "the share of the sampled addresses is drawn; this is the number behind it",
}
"""Metric → why no panel shows it."""

every_dashboard = pytest.mark.parametrize("name", DASHBOARDS)


def exposed() -> dict[str, Metric | None]:
    """Every series name that a worker gives; None for those of the process."""
    found: dict[str, Metric | None] = dict.fromkeys(PROCESS)
    for metric in METRICS:
        endings = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
        found |= {metric.exposed + ending: metric for ending in endings}
    return found


EXPOSED = exposed()


def labels_of(name: str) -> set[str]:
    metric = EXPOSED[name]
    own = set(metric.labels) if metric else set()
    return own | OF_SCRAPE | ({"le"} if name.endswith("_bucket") else set())


def test_committed_files_are_what_the_code_makes() -> None:
    committed = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    assert committed == rendered(), "run `make dashboards` and commit deploy/dashboards/generated"


@every_dashboard
def test_grafana_s_model_reads_all_of_it(name: str) -> None:
    given = DASHBOARDS[name]
    assert json.loads(JSONEncoder().encode(Dashboard.from_json(given))) == given


@every_dashboard
def test_panels_are_numbered_once_and_not_zero(name: str) -> None:
    ids = [panel["id"] for panel in DASHBOARDS[name]["panels"]]
    assert 0 not in ids
    assert len(set(ids)) == len(ids)


@every_dashboard
def test_panels_lie_within_the_grid_and_not_on_each_other(name: str) -> None:
    places = [(panel["title"], panel["gridPos"]) for panel in DASHBOARDS[name]["panels"]]
    for title, at in places:
        assert at["x"] >= 0, title
        assert at["x"] + at["w"] <= 24, title
        assert at["w"] > 0 < at["h"], title
    for (one, a), (other, b) in combinations(places, 2):
        apart_x = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        apart_y = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        assert apart_x or apart_y, f"{one} lies on {other}"


@every_dashboard
def test_every_panel_has_title_description_unit_and_says_na(name: str) -> None:
    for panel in DASHBOARDS[name]["panels"]:
        assert panel["title"]
        if panel["type"] == "row":
            continue
        assert panel["description"].endswith("."), panel["title"]
    for panel in panels(DASHBOARDS[name]):
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], panel["title"]
        assert defaults["noValue"] == "N/A", panel["title"]
        assert panel["targets"], panel["title"]


@every_dashboard
def test_titles_and_expressions_occur_once_in_a_dashboard(name: str) -> None:
    shown = panels(DASHBOARDS[name])
    titles = [panel["title"] for panel in shown]
    asked = [expression for panel in shown for expression in expressions(panel)]
    assert sorted(titles) == sorted(set(titles))
    assert sorted(asked) == sorted(set(asked))


@every_dashboard
def test_every_row_ends_with_what_to_look_at_next_in_the_runbook(name: str) -> None:
    shown = DASHBOARDS[name]["panels"]
    rows = [at for at, panel in enumerate(shown) if panel["type"] == "row"]
    headings = re.findall(r"^#+ (.+)$", (ROOT / "deploy" / "RUNBOOK.md").read_text("utf-8"), re.MULTILINE)
    there = {anchor(heading) for heading in headings}
    assert rows
    assert rows[0] == 0
    for last in [at - 1 for at in rows[1:]] + [len(shown) - 1]:
        assert (shown[last]["type"], shown[last]["title"]) == ("text", NEXT)
        linked = re.findall(r"\(\$\{runbook\}#([^)]+)\)", shown[last]["options"]["content"])
        assert linked, shown[last]["description"]
        assert set(linked) <= there, f"deploy/RUNBOOK.md has no section {sorted(set(linked) - there)}"


def test_dashboards_can_be_told_apart_and_find_each_other() -> None:
    uids = [dashboard["uid"] for dashboard in DASHBOARDS.values()]
    assert len(set(uids)) == len(uids) == 4
    for dashboard in DASHBOARDS.values():
        assert dashboard["links"][0]["tags"] == dashboard["tags"]


@every_dashboard
def test_data_source_and_deployment_are_variables(name: str) -> None:
    variables = {item["name"]: item["type"] for item in DASHBOARDS[name]["templating"]["list"]}
    assert (variables["datasource"], variables["job"]) == ("datasource", "query")
    [job] = [item for item in DASHBOARDS[name]["templating"]["list"] if item["name"] == "job"]
    assert job["query"] == JOBS
    assert "allValue" not in job, "All is what may be chosen, and a shadow may not"
    for panel in panels(DASHBOARDS[name]):
        for holder in (panel, *panel["targets"]):
            assert holder["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]


@pytest.mark.parametrize(("name", "title", "expression"), EXPRESSIONS)
def test_an_expression_is_of_existing_metrics_and_labels(name: str, title: str, expression: str) -> None:
    found = selectors(expression)
    assert [selector.name for selector in found] == re.findall(r"\b(?:personawatch|process)_\w+", expression)
    assert found
    for selector in found:
        assert selector.name in EXPOSED, f"{name}, {title}: no such metric"
        metric = EXPOSED[selector.name]
        own = "$job-shadow" if metric is not None and metric.shadow else "$job"
        assert ("job", "=~", own) in selector.matchers, f"{name}, {title}: not confined to a deployment"
        for label, how, value in selector.matchers:
            assert label in labels_of(selector.name), f"{name}, {title}: {selector.name} has no label {label}"
            check_value(selector.name, label, how, value)
    for aggregation in aggregations(expression):
        for selector in selectors(aggregation.inside):
            assert set(aggregation.by) <= labels_of(selector.name), f"{name}, {title}: by {aggregation.by}"


def check_value(name: str, label: str, how: str, value: str) -> None:
    """A value that is compared with is one that can come."""
    metric = EXPOSED[name]
    if label in OF_SCRAPE or metric is None:
        return
    if label == "le":
        known = [str(float(limit)) for limit in metric.buckets]
    elif label == "table":
        known = [value] if re.fullmatch(value, "networks/2") else []
    else:
        known = [known for one in metric.by if one.name == label for known in one.values()]
    for choice in value.split("|") if how in ("=~", "!~") else [value]:
        assert choice in known, f"{name}: {label} is never {choice}"


@pytest.mark.parametrize(("name", "title", "expression"), EXPRESSIONS)
def test_an_expression_holds_for_several_workers(name: str, title: str, expression: str) -> None:
    inside = [(part.begin, part.begin + len(part.inside)) for part in aggregations(expression)]
    for selector in selectors(expression):
        assert any(begin <= selector.at < end for begin, end in inside), (
            f"{name}, {title}: one worker's {selector.name}"
        )
    assert "vector(" not in expression, f"{name}, {title}: a zero without a worker is a false one"
    assert not [given for given in ranges_s(expression) if given < 4 * SCRAPE_S], f"{name}, {title}: range too short"


PARTITION_GAUGES = [metric for metric in METRICS if "partition" in metric.labels]


@pytest.mark.parametrize("metric", PARTITION_GAUGES, ids=lambda metric: metric.name)
def test_a_partition_that_two_workers_tell_of_counts_once(metric: Metric) -> None:
    """And one of the same number in another deployment counts too."""
    asked = [(title, text, s.at) for _, title, text in EXPRESSIONS for s in selectors(text) if s.name == metric.exposed]
    assert asked
    for title, text, at in asked:
        assert re.search(r"max by \(job, topic, partition\) \((rate\(|max_over_time\()?$", text[:at]), title


def retention_s() -> int:
    """For how long the Prometheus that we ship remembers."""
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    [kept] = re.findall(r"retention\.time=(\d+)d", " ".join(compose["services"]["prometheus"]["command"]))
    return int(kept) * 86_400


def test_prometheus_remembers_all_that_dashboards_and_rules_ask_for() -> None:
    rules = "\n".join(path.read_text("utf-8") for path in (ROOT / "deploy" / "prometheus").glob("*.rules.yml"))
    asked = [*(expression for *_, expression in EXPRESSIONS), *re.split(r"- (?:alert|record):", rules)]
    longest = max(map(looks_back_s, asked))
    assert longest >= 28 * 86_400, "the objective's period"
    assert retention_s() > longest + 86_400, "a day at least for what is already old when it is deleted in blocks"
    kubernetes = (ROOT / "deploy" / "kubernetes" / "README.md").read_text("utf-8")
    assert f"{retention_s() // 86_400}d" in kubernetes


@pytest.mark.parametrize("name", DASHBOARDS)
def test_legends_name_labels_that_the_query_keeps(name: str) -> None:
    for panel in panels(DASHBOARDS[name]):
        for target in panel["targets"]:
            kept = {label for part in aggregations(target["expr"]) for label in part.by}
            assert set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", ""))) <= kept, panel["title"]


def test_every_metric_is_on_a_panel_or_has_a_reason_not_to_be() -> None:
    shown = {selector.name for *_, expression in EXPRESSIONS for selector in selectors(expression)}
    missing = {metric.exposed for metric in METRICS if not {n for n in shown if n.startswith(metric.exposed)}}
    missing |= set(PROCESS) - shown
    assert missing == set(ON_NO_PANEL)


def test_a_metric_that_nobody_declares_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError):
        series("no_such_metric")


def test_the_objective_is_that_of_the_rules() -> None:
    rules = ROOT / "deploy" / "prometheus"
    recorded = (rules / "recorded.rules.yml").read_text("utf-8")
    limits = set(re.findall(r'latency_seconds_bucket\{le="([^"]+)"\}', recorded))
    assert limits == {str(float(objective.LIMIT_S))}
    assert f"The objective: {objective.GOAL:.0%}".replace("%", " %") in recorded
    assert f"> 14.4 * {1 - objective.GOAL:.2f}" in (rules / "alerts.rules.yml").read_text("utf-8")


def test_the_age_of_tables_is_red_when_the_alert_is_raised() -> None:
    rules = (ROOT / "deploy" / "prometheus" / "alerts.rules.yml").read_text("utf-8")
    for tables, days in ((quality.LISTS, quality.OLD_LIST_DAYS), (quality.OTHERS, quality.OLD_DAYS)):
        assert f"personawatch_table_age_seconds{{{tables}}}) > {days} * 86400" in rules


def check_by_promtool(folder: Path, rules: list[tuple[str, str]]) -> subprocess.CompletedProcess[str]:
    """`promtool check rules` of one recording rule for each (name, expression)."""
    require(lacks("promtool"))
    named = [{"record": f"check:{number}", "expr": plain(expr)} for number, (_, expr) in enumerate(rules)]
    path = folder / "rules.json"  # JSON is YAML
    path.write_text(json.dumps({"groups": [{"name": "dashboards", "rules": named}]}))
    return subprocess.run(["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False)


def test_prometheus_understands_every_expression(tmp_path: Path) -> None:
    done = check_by_promtool(tmp_path, [(title, expression) for _, title, expression in EXPRESSIONS])
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(EXPRESSIONS)} rules found" in done.stdout


def test_prometheus_would_refuse_a_broken_expression(tmp_path: Path) -> None:
    assert check_by_promtool(tmp_path, [("broken", "sum by (stage (personawatch_records_total))")]).returncode != 0
