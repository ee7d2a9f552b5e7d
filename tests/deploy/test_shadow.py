"""A shadow is deployed beside the live workers: under names of its own, seen by Prometheus as a job of its own that wakes nobody."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.replay.configuration import shadow_catalogue
from streams.runtime.settings import load
from tests.deploy.kustomize import build
from tests.deploy.prometheus import lacks
from tests.deploy.test_compose import COMPOSE, SHADOW, WORKERS
from tests.deploy.test_kubernetes import LABELS, MANIFESTS
from tests.require import require

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
JOB = "personawatch-shadow"
BUILT = {item["kind"]: item for item in build(DEPLOY / "kubernetes-shadow")}
"""What `kubectl apply -k` would send, by kind."""


def test_the_shadow_s_objects_are_none_of_the_live_ones() -> None:
    kinds = {manifest["kind"] for manifest in MANIFESTS.values()}
    assert set(BUILT) == kinds - {"Namespace"}, "deleting a shadow must not delete the live workers' namespace"
    live = {(item["kind"], item["metadata"]["name"]) for item in MANIFESTS.values()}
    assert not live & {(kind, item["metadata"]["name"]) for kind, item in BUILT.items()}
    assert {item["metadata"]["namespace"] for item in BUILT.values()} == {"personawatch"}


def test_no_selector_takes_a_shadow_for_a_live_worker_or_the_other_way_round() -> None:
    own = BUILT["StatefulSet"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        BUILT["StatefulSet"]["spec"]["selector"]["matchLabels"],
        BUILT["Service"]["spec"]["selector"],
        BUILT["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        BUILT["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ]
    for selector in selectors:
        assert selector.items() <= own.items()
        assert not selector.items() <= LABELS.items()
    assert not LABELS.items() <= own.items()


def test_it_reaches_whom_the_live_workers_reach() -> None:
    live, shadow = (policy["spec"] for policy in (MANIFESTS["networkpolicy.yaml"], BUILT["NetworkPolicy"]))
    assert shadow["egress"] == live["egress"], "the label is put into every `podSelector.matchLabels`, others' too"
    assert shadow["ingress"] == live["ingress"]


def test_it_runs_a_shadow_with_the_live_settings() -> None:
    (worker,) = BUILT["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    command, option, named = worker["args"]
    assert (command, option) == ("worker", "--shadow")
    assert shadow_catalogue(named, load({}))
    assert worker["envFrom"] == [{"configMapRef": {"name": BUILT["ConfigMap"]["metadata"]["name"]}}]
    assert BUILT["ConfigMap"]["data"] == MANIFESTS["settings.yaml"]["data"]


def test_prometheus_sees_it_as_a_job_of_its_own() -> None:
    monitor, service = BUILT["ServiceMonitor"]["spec"], BUILT["Service"]["metadata"]["labels"]
    assert monitor["selector"]["matchLabels"].items() <= service.items()
    assert service[monitor["jobLabel"]] == JOB
    jobs = {job["job_name"]: job["static_configs"][0]["targets"] for job in PROMETHEUS["scrape_configs"]}
    assert jobs[JOB] == ["shadow:9108"]
    assert not {target for target in jobs["personawatch"] if "shadow" in target}


@pytest.mark.parametrize(
    ("job", "severity", "becomes"),
    [
        (JOB, "page", "ticket"),
        (JOB, "ticket", "ticket"),
        ("personawatch", "page", "page"),
        ("staging-shadow", "page", "ticket"),
    ],
)
def test_what_would_wake_somebody_is_a_ticket_when_it_is_about_a_shadow(job: str, severity: str, becomes: str) -> None:
    labels = {"job": job, "severity": severity, "alertname": "PersonaWatchNotReady"}
    assert relabelled(labels) == labels | {"severity": becomes}


def test_a_shadow_that_reads_its_month_up_is_late_by_intent() -> None:
    late = {"severity": "ticket", "alertname": "PersonaWatchRecordsLate"}
    assert relabelled(late | {"job": JOB}) is None
    assert relabelled(late | {"job": "personawatch"}) == late | {"job": "personawatch"}
    (dropped,) = (rule["regex"] for rule in PROMETHEUS["alerting"]["alert_relabel_configs"] if "action" in rule)
    named = {f"PersonaWatch{name}" for name in re.findall(r"\(([\w|]+)\)", dropped)[0].split("|")}
    rules = (DEPLOY / "prometheus" / "alerts.rules.yml").read_text("utf-8")
    assert named <= set(re.findall(r"alert: (\w+)", rules))


def relabelled(labels: dict[str, str]) -> dict[str, str] | None:
    """What Prometheus makes of an alert's labels before it sends it; None when it does not."""
    for rule in PROMETHEUS["alerting"]["alert_relabel_configs"]:
        if re.fullmatch(rule["regex"], ";".join(labels[name] for name in rule["source_labels"])):
            if rule.get("action") == "drop":
                return None
            labels = labels | {rule["target_label"]: rule["replacement"]}
    return labels


def test_promtool_reads_the_configuration() -> None:
    require(lacks("promtool"))
    done = subprocess.run(
        ["promtool", "check", "config", DEPLOY / "prometheus" / "prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_runs_it_only_when_asked_and_beside_the_workers() -> None:
    services = COMPOSE["services"]
    assert {name for name, service in services.items() if "profiles" in service} == set(SHADOW)
    topics, shadow = (services[name] for name in SHADOW)
    assert (topics["profiles"], shadow["profiles"]) == (["shadow"], ["shadow"])
    assert topics["command"] == ["topics", "create", "--shadow"]
    assert set(shadow["depends_on"]) == {"shadow-topics"}
    variable = "PERSONAWATCH_SHADOW"
    (default,) = re.findall(rf"\${{{variable}:-(\w+)}}", shadow["environment"][variable])
    assert shadow_catalogue(default, load({}))
    for name in WORKERS:
        assert variable not in services[name]["environment"]
        assert shadow["image"] == services[name]["image"]


def test_no_rule_asks_for_what_a_shadow_counts() -> None:
    for file in (DEPLOY / "prometheus").glob("*.rules.yml"):
        assert "personawatch_shadow" not in file.read_text("utf-8")
