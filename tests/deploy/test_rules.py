"""The rules ask only for what exists, each alert leads to its section of the runbook, and each is proved to fire and to stay silent."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import address
from deploy.dashboards import objective
from deploy.dashboards.runbook import anchor
from streams.runtime.metrics import METRICS, PROCESS
from tests.deploy.prometheus import lacks
from tests.deploy.promql import MATCHER, ranges_s
from tests.require import require

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted((DEPLOY / "prometheus").glob("*.rules.yml"))
TESTS = sorted((DEPLOY / "prometheus" / "tests").glob("*.yml"))
RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text("utf-8")

Rule = dict[str, Any]
GROUPS = {group["name"]: group for file in FILES for group in yaml.safe_load(file.read_text("utf-8"))["groups"]}
RULES: list[Rule] = [rule for group in GROUPS.values() for rule in group["rules"]]
CASES = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in TESTS}
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"]: rule for rule in RULES if "record" in rule}

SCRAPE_S = 15
OF_SCRAPE = {"job", "instance"}
SEVERITIES = {"page", "ticket", "none"}
NAME = re.compile(r"\b(personawatch[_:][\w:]+|process_\w+|up)\b(?:\{([^}]*)\})?")
BY = re.compile(r"\b(?:sum|max|min|count) by \(([^)]*)\)")
ON = re.compile(r"\bon \(([^)]*)\)")

every_alert = pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])


def words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",") if word.strip()}


def known() -> dict[str, set[str]]:
    """Every name that a rule may ask for, with its labels."""
    found: dict[str, set[str]] = {name: set(OF_SCRAPE) for name in (*PROCESS, "up")}
    for metric in METRICS:
        for ending in ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",):
            found[metric.exposed + ending] = {*metric.labels, *OF_SCRAPE, *(["le"] if ending == "_bucket" else [])}
    for name, rule in RECORDED.items():
        found[name] = set.intersection(*(words(by) for by in BY.findall(rule["expr"])))
    return found


KNOWN = known()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    require(lacks("promtool"))
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


def test_promtool_reads_every_rule() -> None:
    done = run("check", "rules", *map(str, FILES))
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(map(int, re.findall(r"(\d+) rules found", done.stdout))) == len(RULES)


@pytest.mark.parametrize("name", CASES)
def test_alerts_fire_and_stay_silent(name: str, tmp_path: Path) -> None:
    """With only the groups that a file asks for: promtool works out every rule that it is given at every moment of every case."""
    cases = CASES[name]
    asked = [GROUPS[group] for group in cases["group_eval_order"]]
    told = {rule["alert"] for group in asked for rule in group["rules"] if "alert" in rule}
    assert {check["alertname"] for case in cases["tests"] for check in case["alert_rule_test"]} <= told
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": asked}))  # JSON is YAML
    (tmp_path / "cases.yml").write_text(json.dumps({**cases, "rule_files": ["rules.yml"]}))
    done = run("test", "rules", str(tmp_path / "cases.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


@every_alert
def test_an_alert_has_a_test_that_fires_and_one_that_stays_silent(rule: Rule) -> None:
    if rule["alert"] == "PersonaWatchWatchdog":
        return  # it is never silent: that is what it is for
    severity = rule["labels"]["severity"]
    checks = [
        {alert["exp_labels"]["severity"] for alert in check["exp_alerts"]}
        for file in CASES.values()
        for case in file["tests"]
        for check in case["alert_rule_test"]
        if check["alertname"] == rule["alert"]
    ]
    assert any(severity in fired for fired in checks)
    assert any(severity not in fired for fired in checks)


@every_alert
def test_an_alert_says_how_urgent_it_is_what_happens_and_where_to_read_on(rule: Rule) -> None:
    assert rule["labels"]["severity"] in SEVERITIES
    assert set(rule["annotations"]) == {"summary", "runbook_url"}
    assert len(rule["annotations"]["summary"]) < 140
    page, section = rule["annotations"]["runbook_url"].split("#")
    assert page == address.RUNBOOK
    assert section in {anchor(heading) for heading in re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)}


def test_the_runbook_knows_every_alert_and_no_other() -> None:
    assert set(re.findall(r"PersonaWatch\w+", RUNBOOK)) == {rule["alert"] for rule in ALERTS}


@pytest.mark.parametrize(
    "section", re.split(r"^## ", RUNBOOK, flags=re.MULTILINE)[1:], ids=lambda text: text.split("\n")[0]
)
def test_a_section_goes_from_symptom_to_action(section: str) -> None:
    assert re.findall(r"^\* \*\*(\w+):\*\*", section, re.MULTILINE) == ["Symptom", "Meaning", "Check", "Act"]
    headings = set(re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE))
    for other in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", section):
        assert other in headings
    for name in re.findall(r"`(personawatch_\w+)`", section):
        assert name in KNOWN or f"{name}_bucket" in KNOWN, name


@every_rule
def test_a_rule_asks_for_metrics_labels_and_values_that_exist(rule: Rule) -> None:
    asked = NAME.findall(rule["expr"])
    assert asked or rule["expr"] == "vector(1)"
    for name, matchers in asked:
        assert name in KNOWN, f"no such metric: {name}"
        for matcher in MATCHER.finditer(matchers):
            assert matcher["label"] in KNOWN[name], f"{name} has no label {matcher['label']}"
            check_value(name, matcher["label"], matcher["how"], matcher["value"])
    labels = set().union(*(KNOWN[name] for name, _ in asked)) if asked else set()
    for by in (*BY.findall(rule["expr"]), *ON.findall(rule["expr"])):
        assert words(by) <= labels
    for told in re.findall(r"\$labels\.(\w+)", " ".join(rule.get("annotations", {}).values())):
        assert told in labels


def check_value(name: str, label: str, how: str, value: str) -> None:
    """A value that is compared with is one that can come."""
    metric = next((metric for metric in METRICS if name.startswith(metric.exposed)), None)
    if metric is None or label in OF_SCRAPE or "~" in how:
        return
    if label == "le":
        assert float(value) in metric.buckets
        assert value == str(float(value)), "as it is written by the worker"
    else:
        [given] = [one for one in metric.by if one.name == label]
        assert value in given.values()


@every_rule
def test_a_rule_keeps_deployments_apart_and_looks_back_over_four_scrapes(rule: Rule) -> None:
    assert all("job" in words(by) for by in BY.findall(rule["expr"]))
    assert all("job" in words(on) for on in ON.findall(rule["expr"]))
    assert all(given >= 4 * SCRAPE_S for given in ranges_s(rule["expr"]))


@pytest.mark.parametrize("metric", [metric for metric in METRICS if "partition" in metric.labels], ids=lambda m: m.name)
def test_a_partition_that_two_workers_tell_of_counts_once(metric: Any) -> None:
    for rule in RULES:
        for found in re.finditer(rf"\b{metric.exposed}\b", rule["expr"]):
            assert rule["expr"][: found.start()].endswith("max by (job, topic, partition) (")


def test_rules_and_dashboards_have_one_objective() -> None:
    allowed = f"{1 - objective.GOAL:.2f}"
    late = [rule for rule in ALERTS if rule["alert"] == "PersonaWatchRecordsLate"]
    assert {share for rule in late for share in re.findall(r"0\.\d+", rule["expr"])} == {allowed}
    limits = {limit for rule in RECORDED.values() for limit in re.findall(r'le="([^"]+)"', rule["expr"])}
    assert limits == {str(float(objective.LIMIT_S))}


def test_alertmanager_has_a_way_for_every_severity() -> None:
    config = yaml.safe_load((DEPLOY / "alertmanager" / "alertmanager.yml").read_text("utf-8"))
    routed = {matcher for route in config["route"]["routes"] for matcher in route["matchers"]}
    assert {f'severity="{severity}"' for severity in SEVERITIES - {"none"}} <= routed
