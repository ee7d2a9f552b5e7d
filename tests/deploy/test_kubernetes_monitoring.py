"""What watches the workers in a cluster is what is tested elsewhere: the same rules, the same dashboards, all of them."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from deploy import rule_manifests
from tests.deploy.kustomize import build

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
BUILT = build(DEPLOY / "kubernetes-monitoring")

MOST_ANNOTATED = 256 << 10
"""Bytes of all annotations of an object, one of which is `kubectl apply`'s copy of it (Kubernetes, TotalAnnotationSizeLimitB)."""


def test_committed_rules_are_those_of_prometheus() -> None:
    committed = {path.name: path.read_text("utf-8") for path in rule_manifests.FOLDER.glob("*.yaml")}
    del committed["kustomization.yaml"]
    assert committed == rule_manifests.rendered(), "run `python -m deploy.rule_manifests` and commit what it writes"


def test_every_group_of_rules_is_sent_unchanged() -> None:
    sources = [yaml.safe_load(file.read_text("utf-8")) for file in sorted((DEPLOY / "prometheus").glob("*.rules.yml"))]
    sent = [item["spec"] for item in BUILT if item["kind"] == "PrometheusRule"]
    assert len(sources) == 2
    assert sent == sources


def test_every_dashboard_is_sent_unchanged_under_the_label_that_grafana_looks_for() -> None:
    maps = [item for item in BUILT if item["kind"] == "ConfigMap"]
    assert {item["metadata"]["labels"]["grafana_dashboard"] for item in maps} == {"1"}
    sent = {name: text for item in maps for name, text in item["data"].items()}
    files = (DEPLOY / "dashboards" / "generated").glob("*.json")
    assert sent == {file.name: file.read_text("utf-8") for file in files}
    assert [len(item["data"]) for item in maps] == [1] * len(sent)


def test_kubectl_apply_can_remember_each_object() -> None:
    assert [len(json.dumps(item)) for item in BUILT if len(json.dumps(item)) > MOST_ANNOTATED] == []


def test_it_goes_where_prometheus_is_let_in_from() -> None:
    policy = yaml.safe_load((DEPLOY / "kubernetes" / "networkpolicy.yaml").read_text("utf-8"))["spec"]
    (ingress,) = policy["ingress"]
    allowed = ingress["from"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    assert {item["metadata"]["namespace"] for item in BUILT} == {allowed}
