"""The rights that deploy/kubernetes/README.md lists are enough for a worker, and without them it says what it misses."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.kafka.broker import LOGIN, Broker
from tests.kafka.pipeline import Pipeline, send, stories

README = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes" / "README.md"
STRICT = """authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""
"""ANONYMOUS is whoever comes by the open listener: the broker itself, and what the test reads and writes."""

WORKER = {"security": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN", "sasl_user": "worker", "sasl_password": "right"}


class StrictBroker(Broker):
    """A broker that allows nothing to those who log in."""

    def security(self) -> str:
        return LOGIN + STRICT


@pytest.fixture(scope="module")
def strict(broker: Broker) -> Iterator[StrictBroker]:
    del broker  # its fixture says what is missing for either
    running = StrictBroker()
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def site(strict: StrictBroker) -> Iterator[Pipeline]:
    made = Pipeline(strict.address, topic_prefix="", app_id="personawatch")
    made.prefix = ""  # the rights are for the names without one
    yield made
    made.close()


def documented() -> list[AclBinding]:
    """What the commands of the README would set, for the test's user."""
    parser = argparse.ArgumentParser()
    for option in ("--bootstrap-server", "--command-config", "--allow-principal"):
        parser.add_argument(option, required=True)
    parser.add_argument("--add", action="store_true", required=True)
    parser.add_argument("--resource-pattern-type", default="literal")
    for option in ("--operation", "--topic", "--group"):
        parser.add_argument(option, action="append", default=[])
    found = []
    for line in README.read_text("utf-8").splitlines():
        if line.startswith("kafka-acls "):
            told = parser.parse_args(shlex.split(line)[1:])
            assert told.allow_principal == "User:personawatch"
            resources = [(ResourceType.TOPIC, name) for name in told.topic]
            resources += [(ResourceType.GROUP, name) for name in told.group]
            for kind, name in resources:
                for word in told.operation:
                    operation = AclOperation[re.sub(r"(?<!^)(?=[A-Z])", "_", word).upper()]
                    pattern = ResourcePatternType[told.resource_pattern_type.upper()]
                    found.append(
                        AclBinding(kind, name, pattern, "User:worker", "*", operation, AclPermissionType.ALLOW)
                    )
    return found


def test_the_documented_rights_are_enough_and_needed(strict: StrictBroker, site: Pipeline) -> None:
    worker = {"brokers": strict.sasl_address, "create_topics": "false", **WORKER}
    refused = site.worker(**worker)
    assert refused.wait_ended() == 78
    assert "topic platform-events: not found" in refused.log()

    admin = AdminClient({"bootstrap.servers": strict.address})
    for done in admin.create_acls(documented()).values():
        done.result(10)
    send(site, stories(("S05b",)))
    first = site.worker(**worker)
    site.wait_drained()
    assert first.stop() == 0
    again = site.worker(**worker)  # reads the changelogs
    again.wait_ready()
    assert "priority" in site.tiers().values()
    assert "error" not in first.whole_log() + again.whole_log()
