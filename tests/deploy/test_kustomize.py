"""What is sent to a cluster, all of it: valid for Kubernetes and the Prometheus operator, and made as kubectl makes it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.deploy.kustomize import Manifest, build
from tests.deploy.operator_kinds import KINDS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FOLDERS = ("kubernetes", "kubernetes-shadow", "kubernetes-monitoring")
VERSIONS = ("1.30", "1.37")
"""The oldest that the manifests are meant for, and the newest that the schemas know."""

BUILT: dict[str, list[Manifest]] = {folder: build(DEPLOY / folder) for folder in FOLDERS}
SENT = [
    pytest.param(item, id=f"{folder}-{item['kind']}-{item['metadata']['name']}")
    for folder, items in BUILT.items()
    for item in items
]

BASE = "resources: [base.yaml]"
SET: dict[str, Any] = {
    "kind": "StatefulSet",
    "metadata": {"name": "a"},
    "spec": {"template": {"spec": {"containers": [{"image": "b"}]}}},
}


def by_name(items: list[Manifest]) -> list[Manifest]:
    return sorted(items, key=lambda item: (item["kind"], item["metadata"]["name"]))


@pytest.mark.parametrize("folder", FOLDERS)
def test_kubectl_makes_the_same(folder: str) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl to compare with; Debian's is older than the field `labels`")
    done = subprocess.run(["kubectl", "kustomize", DEPLOY / folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert by_name(list(yaml.safe_load_all(done.stdout))) == by_name(BUILT[folder])


@pytest.mark.parametrize("item", SENT)
def test_a_cluster_accepts_it(item: Manifest) -> None:
    misspelt = {**item, "sepc": {}}
    if schema := KINDS.get(item["kind"]):
        jsonschema.validate(item, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(misspelt, schema)
        return
    for version in VERSIONS:
        kubernetes_validate.validate(item, version, strict=True)
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(misspelt, version, strict=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"selector": {"matchLabel": {"a": "b"}}},
        {"selector": {"matchLabels": {"a": 1}}},
        {"endpoints": []},
        {"endpoints": [{"port": 9108, "path": "/metrics", "interval": "15s"}]},
        {"endpoints": [{"port": "http", "path": "/metrics", "interval": "15 s"}]},
        {"endpoints": [{"port": "http", "path": "/metrics", "interval": "15s", "timeout": "5s"}]},
        {"joblabel": "app.kubernetes.io/name"},
    ],
    ids=str,
)
def test_a_mistake_in_a_service_monitor_is_seen(wrong: dict[str, Any]) -> None:
    (monitor,) = (item for item in BUILT["kubernetes"] if item["kind"] == "ServiceMonitor")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**monitor, "spec": {**monitor["spec"], **wrong}}, KINDS["ServiceMonitor"])


@pytest.mark.parametrize(
    "wrong",
    [{"for": "five minutes"}, {"expr": 1}, {"labels": {"severity": 1}}, {"fro": "5m"}, {"record": "both"}],
    ids=str,
)
def test_a_mistake_in_a_rule_is_seen(wrong: dict[str, Any]) -> None:
    sent = next(item for item in BUILT["kubernetes-monitoring"] if item["metadata"]["name"] == "personawatch-alerts")
    group = sent["spec"]["groups"][0]
    mistaken = {**group, "rules": [{**group["rules"][0], **wrong}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**sent, "spec": {"groups": [mistaken]}}, KINDS["PrometheusRule"])


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ("helmCharts: []", "helmCharts"),
        ("commonLabels: {a: b}", "commonLabels"),
        ("labels: [{pairs: {a: b}, includeSelectors: true, fields: []}]", "fields"),
        ("patches: [{path: patch.yaml}]", "path"),
        ("patches: [{patch: '{kind: StatefulSet, metadata: {name: a}, spec: {}}'}]", "spec"),
        ("patches: [{patch: '{$patch: delete, kind: Service, metadata: {name: a}}'}]", "nothing to delete"),
        ("patches: [{target: {kind: StatefulSet}, patch: '[{op: add, path: /spec/a, value: 1}]'}]", "only `replace`"),
        ("patches: [{target: {kind: StatefulSet}, patch: '[{op: replace, path: /spec/a, value: 1}]'}]", "nothing to r"),
        ("patches: [{target: {name: a}, patch: '[]'}]", "name"),
        ("images: [{name: b, digest: c}]", "digest"),
        ("configMapGenerator: [{name: c, files: [base.yaml]}]", "hash"),
        ("configMapGenerator: [{name: c, literals: [d=e]}]", "literals"),
        (
            "configMapGenerator: [{name: c, files: [../x]}]\ngeneratorOptions: {disableNameSuffixHash: true}",
            "outside of its folder",
        ),
    ],
)
def test_what_is_not_known_is_refused_and_never_passed_over(tmp_path: Path, told: str, refused: str) -> None:
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(SET))
    (tmp_path / "kustomization.yaml").write_text(BASE)
    assert build(tmp_path) == [SET]
    (tmp_path / "kustomization.yaml").write_text(f"{BASE}\n{told}\n")
    with pytest.raises(ValueError, match=refused):
        build(tmp_path)


def test_a_kind_whose_selectors_are_not_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(SET | {"kind": "Deployment"}))
    (tmp_path / "kustomization.yaml").write_text(BASE)
    with pytest.raises(ValueError, match="Deployment"):
        build(tmp_path)
