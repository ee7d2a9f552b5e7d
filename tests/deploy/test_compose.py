"""compose.yaml and the files that it mounts agree with each other, with the settings and with what the tests run on."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from streams.runtime.settings import load
from tests.deploy.alerting import lacks
from tests.kafka.broker import KAFKA_VERSION
from tests.require import require

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = ("worker-1", "worker-2")
SHADOW = ("shadow-topics", "shadow")
RUNNING = sorted(set(SERVICES) - {"topics", "shadow-topics"})
PINNED = re.compile(r"^[a-z/]+:v?\d+\.\d+\.\d+$")
MADE_BY_OPERATORS = {"./tables", "./shadow"}


def read(*parts: str) -> Any:
    return yaml.safe_load(DEPLOY.joinpath(*parts).read_text("utf-8"))


def mounts(service: str) -> dict[str, str]:
    """Path in the container → file or volume."""
    found = {}
    for volume in SERVICES[service].get("volumes", ()):
        source, target = volume.removesuffix(":ro").split(":")
        found[target] = source
    return found


def accepted(document: dict[str, Any]) -> bool:
    try:
        PyCompose.from_json(json.dumps(document))
    except ValueError:
        return False
    return True


def test_the_compose_specification_accepts_it() -> None:
    assert accepted(COMPOSE)
    for wrong in ("imge", "volume", "helthcheck"):
        misspelt = copy.deepcopy(COMPOSE)
        misspelt["services"]["kafka"][wrong] = "x"
        assert not accepted(misspelt)


def test_the_pipeline_and_what_watches_it_are_there() -> None:
    assert set(SERVICES) == {"kafka", "topics", *WORKERS, *SHADOW, "prometheus", "alertmanager", "grafana"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_are_pinned_and_containers_confined(name: str) -> None:
    service = SERVICES[name]
    assert PINNED.match(service["image"]), service["image"]
    assert not service.get("privileged")
    if name != "kafka":  # its image writes its configuration beside itself
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", RUNNING)
def test_what_runs_is_watched_and_restarted(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_is_secret_and_nothing_open_to_others(name: str) -> None:
    service = SERVICES[name]
    assert not [key for key in service.get("environment", ()) if re.search(r"PASSWORD|SECRET|TOKEN|CREDENTIAL$", key)]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_it_waits_for_and_mounts_exists(name: str) -> None:
    service = SERVICES[name]
    for other, how in service.get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "test" in SERVICES[other]["healthcheck"]
        elif how["condition"] == "service_completed_successfully":
            assert SERVICES[other]["restart"] == "no"
    for source in mounts(name).values():
        if source.startswith("."):
            assert source in MADE_BY_OPERATORS or (DEPLOY / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]
    if "build" in service:
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()
        assert (DEPLOY / service["env_file"]).exists()


@pytest.mark.parametrize("name", ["topics", *WORKERS, *SHADOW])
def test_settings_are_settings_and_agree(name: str) -> None:
    settings = load(SERVICES[name]["environment"])
    assert settings.brokers in SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert settings.replication_factor == 1, "there is one node"
    assert settings.partitions >= 2 * len(WORKERS)
    assert not settings.create_topics, "that is what `topics` is for"


def test_workers_have_names_of_their_own_and_answer_where_they_are_asked() -> None:
    environments = [SERVICES[name]["environment"] for name in WORKERS]
    assert len({environment["PERSONAWATCH_INSTANCE_ID"] for environment in environments}) == len(WORKERS)
    jobs = {job["job_name"]: job for job in read("prometheus", "prometheus.yml")["scrape_configs"]}
    targets = jobs["personawatch"]["static_configs"][0]["targets"]
    assert targets == [f"{name}:{load(SERVICES[name]['environment']).http_port}" for name in WORKERS]
    for name, environment in zip(WORKERS, environments, strict=True):
        assert f"'127.0.0.1', {environment['PERSONAWATCH_HTTP_PORT']}" in SERVICES[name]["healthcheck"]["test"][-1]
        assert environment["PERSONAWATCH_HTTP_HOST"] == "0.0.0.0"


def test_kafka_is_the_version_that_the_tests_run_on() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


def test_prometheus_finds_its_rules_and_alertmanager() -> None:
    config = read("prometheus", "prometheus.yml")
    assert mounts("prometheus")["/etc/prometheus"] == "./prometheus"
    files = [path for pattern in config["rule_files"] for path in (DEPLOY / "prometheus").glob(pattern)]
    assert len(files) >= 2
    assert all(set(yaml.safe_load(path.read_text("utf-8"))) == {"groups"} for path in files)
    (targets,) = config["alerting"]["alertmanagers"][0]["static_configs"]
    assert targets["targets"] == ["alertmanager:9093"]
    assert "/-/ready" in SERVICES["alertmanager"]["healthcheck"]["test"][-1]


def test_every_alert_has_somebody_to_go_to() -> None:
    config = read("alertmanager", "alertmanager.yml")
    receivers = {receiver["name"] for receiver in config["receivers"]}
    routes = [config["route"], *config["route"]["routes"]]
    assert {route["receiver"] for route in routes} == receivers
    known = {matcher.split('"')[1] for route in config["route"]["routes"] for matcher in route["matchers"]}
    used = set()
    for path in (DEPLOY / "prometheus").glob("*.rules.yml"):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            used |= {rule["labels"]["severity"] for rule in group["rules"] if "alert" in rule}
    assert used - {"none"} == known, "`none` is the one that always fires: it is for the page alone"


@pytest.mark.parametrize(("severity", "receiver"), [("page", "page"), ("ticket", "ticket"), ("none", "screen")])
def test_alertmanager_itself_reads_the_file_and_sends_an_alert_there(severity: str, receiver: str) -> None:
    require(lacks("amtool"))
    file = DEPLOY / "alertmanager" / "alertmanager.yml"
    routed = ["config", "routes", "test", f"--config.file={file}", f"severity={severity}", "alertname=PersonaWatchX"]
    for words in (["check-config", file], routed):
        done = subprocess.run(["amtool", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == receiver


def test_grafana_finds_prometheus_and_the_dashboards() -> None:
    (source,) = read("grafana", "provisioning", "datasources", "prometheus.yaml")["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    scrape = read("prometheus", "prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scrape
    (provider,) = read("grafana", "provisioning", "dashboards", "personawatch.yaml")["providers"]
    folder = DEPLOY / mounts("grafana")[provider["options"]["path"]]
    assert sorted(path.suffix for path in folder.iterdir()) == [".json"] * len(list(folder.glob("*.json"))) != []
    assert mounts("grafana")["/etc/grafana/provisioning"] == "./grafana/provisioning"
