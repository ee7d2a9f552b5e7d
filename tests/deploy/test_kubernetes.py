"""The manifests agree with each other, with the image and with the settings. `test_kustomize.py` shows that a cluster accepts them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.topics import TOPICS
from streams.cli.environment import bare_stages
from streams.runtime import run
from streams.runtime.setting_values import PREFIX
from streams.runtime.settings import Settings, describe
from tests.deploy.kustomize import build

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
MANIFESTS: dict[str, dict[str, Any]] = {
    name: yaml.safe_load((FOLDER / name).read_text("utf-8")) for name in KUSTOMIZATION["resources"]
}
BUILT = build(FOLDER)
README = (FOLDER / "README.md").read_text("utf-8")
SET = MANIFESTS["statefulset.yaml"]["spec"]
POD = SET["template"]["spec"]
(WORKER,) = POD["containers"]
LABELS: dict[str, str] = SET["template"]["metadata"]["labels"]
DATA: dict[str, str] = MANIFESTS["settings.yaml"]["data"]


def test_every_manifest_is_in_the_kustomization_and_named_in_the_readme() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(MANIFESTS) == files
    assert {name for name in files if f"`{name}`" not in README} == set()


def test_what_is_sent_has_one_namespace_and_an_image_of_a_version() -> None:
    assert len(BUILT) == len(MANIFESTS)
    (made,) = (item for item in BUILT if item["kind"] == "StatefulSet")
    assert re.fullmatch(r"personawatch:\d+\.\d+\.\d+", made["spec"]["template"]["spec"]["containers"][0]["image"])
    assert {item["metadata"].get("namespace", "personawatch") for item in BUILT} == {"personawatch"}


@pytest.mark.parametrize(
    "selector",
    [
        SET["selector"]["matchLabels"],
        MANIFESTS["service.yaml"]["spec"]["selector"],
        MANIFESTS["poddisruptionbudget.yaml"]["spec"]["selector"]["matchLabels"],
        MANIFESTS["networkpolicy.yaml"]["spec"]["podSelector"]["matchLabels"],
        POD["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ],
)
def test_selectors_find_the_workers(selector: dict[str, str]) -> None:
    assert selector
    assert selector.items() <= LABELS.items()


def test_probes_ask_the_workers_own_port() -> None:
    (port,) = WORKER["ports"]
    asked = {kind: WORKER[kind]["httpGet"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {probe["port"] for probe in asked.values()} == {port["name"]}
    assert [probe["path"] for probe in asked.values()] == ["/live", "/live", "/ready"]
    assert str(port["containerPort"]) == DATA["PERSONAWATCH_HTTP_PORT"] == str(Settings().http_port)
    assert DATA["PERSONAWATCH_HTTP_HOST"] == "0.0.0.0"


def test_the_kubelet_waits_longer_than_a_stop_takes() -> None:
    assert POD["terminationGracePeriodSeconds"] > 2 * (run.FLUSH_WITHIN_S + run.LEAVE_WITHIN_S)


def test_names_are_stable() -> None:
    (name,) = WORKER["env"]
    assert name == {
        "name": "PERSONAWATCH_INSTANCE_ID",
        "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}},
    }
    assert SET["serviceName"] == MANIFESTS["service.yaml"]["metadata"]["name"]
    assert MANIFESTS["service.yaml"]["spec"]["clusterIP"] == "None"
    assert MANIFESTS["poddisruptionbudget.yaml"]["spec"]["maxUnavailable"] == 1 < SET["replicas"]


def test_every_setting_is_one_and_no_secret_is_among_them() -> None:
    told = {item.name: item for item in describe()}
    secrets = {f"{name}_FILE" for name, item in told.items() if item.secret}
    named = set(DATA) | {item["name"] for item in WORKER["env"]} | set(re.findall(rf"{PREFIX}\w+", README))
    assert named <= set(told) | secrets
    assert not [name for name in DATA if name in told and told[name].secret]
    assert WORKER["envFrom"] == [{"configMapRef": {"name": MANIFESTS["settings.yaml"]["metadata"]["name"]}}]


def test_what_is_mounted_is_there() -> None:
    volumes = {volume["name"]: volume for volume in POD["volumes"]}
    paths = {mount["name"]: mount["mountPath"] for mount in WORKER["volumeMounts"]}
    assert set(volumes) == set(paths)
    items = {item["path"] for item in volumes["kafka"]["secret"]["items"]}
    assert {DATA[name] for name in DATA if name.endswith("_FILE")} == {f"{paths['kafka']}/{item}" for item in items}
    assert volumes["kafka"]["secret"]["secretName"] in README
    assert {f"--from-file={item}" for item in items} <= set(README.split())


def test_it_runs_under_the_restricted_standard() -> None:
    labels = MANIFESTS["namespace.yaml"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    context = POD["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert f"USER {context['runAsUser']}:{context['runAsGroup']}" in (FOLDER.parent / "Dockerfile").read_text("utf-8")
    assert WORKER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert POD["automountServiceAccountToken"] is False


def test_the_network_policy_lets_through_what_is_needed_and_names_both_ways() -> None:
    spec = MANIFESTS["networkpolicy.yaml"]["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert [port["port"] for rule in spec["ingress"] for port in rule["ports"]] == [WORKER["ports"][0]["name"]]
    out = {str(port["port"]) for rule in spec["egress"] for port in rule["ports"]}
    assert out == {"53", DATA["PERSONAWATCH_BROKERS"].rpartition(":")[2]}
    assert all(rule.get("to") or rule.get("from") for rule in (*spec["ingress"], *spec["egress"])), "not everybody"


def test_prometheus_finds_the_service() -> None:
    monitor, service = MANIFESTS["servicemonitor.yaml"], MANIFESTS["service.yaml"]
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["path"] == "/metrics"
    assert int(endpoint["scrapeTimeout"].rstrip("s")) < int(endpoint["interval"].rstrip("s")), "the operator refuses it"
    assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "personawatch", "rules ask for this job"


def test_the_rights_name_every_topic_changelog_and_group() -> None:
    rights = [line for line in README.splitlines() if line.startswith("kafka-acls ")]
    literal = {name for line in rights if "prefixed" not in line for name in re.findall(r"--topic (\S+)", line)}
    assert literal == {topic.name for topic in TOPICS}
    (prefixed,) = (line for line in rights if "prefixed" in line)
    (prefix,) = re.findall(r"--topic (\S+)", prefixed)
    settings = Settings()
    assert all(settings.changelog(stage.name).startswith(prefix) for stage in bare_stages() if stage.stateful)
    assert [group for line in rights for group in re.findall(r"--group (\S+)", line)] == [settings.app_id]
