"""Where the demo takes place: an embedded broker or somebody's Kafka, tables, settings; all of it gone afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from enrichers.demo import build
from streams.cli.environment import bare_stages, settings_from
from streams.cli.kafka_access import kafka_in_words
from streams.cli.outcome import BadConfigurationError, RefusedError
from streams.demo.clearing import clear
from streams.runtime.setting_values import PREFIX
from streams.runtime.settings import Settings


class Stand(NamedTuple):
    """A place that is ready for a worker."""

    settings: Settings
    environment: dict[str, str]
    """Of the worker's process."""
    about: str


@contextmanager
def stand(broker: str | None, tables: Path) -> Iterator[Stand]:
    """Prepare the place, give it, clear it away."""
    name = f"demo-{secrets.token_hex(3)}"
    own = {"APP_ID": name, "INSTANCE_ID": name, "TOPIC_PREFIX": f"{name}-", "LOG_FORMAT": "text", "FLUSH_MS": "100"}
    own |= {f"{role.upper()}_TABLE": str(path) for role, path in build(tables).items()}
    with _on_kafka(broker, own) if broker else _embedded(own) as made:
        # Faust makes a folder of its own, by default in the current one
        yield made._replace(environment=made.environment | {"APP_DATADIR": str(tables / "faust")})


@contextmanager
def _embedded(own: dict[str, str]) -> Iterator[Stand]:
    try:
        from streams.runtime.embedded_broker import PARTITIONS, EmbeddedBroker

        broker = EmbeddedBroker()
    except ImportError as error:
        raise RefusedError(
            "the embedded broker needs confluent-kafka: pip install 'personawatch[demo]', or use --broker HOST:PORT"
        ) from error
    with broker:
        own |= {"BROKERS": broker.address, "EMBEDDED": "true", "PARTITIONS": str(PARTITIONS)}
        environment = _environment({}, own)
        settings = settings_from(environment)
        broker.touch(_topics(settings))
        yield Stand(settings, environment, f"embedded broker at {broker.address}")


@contextmanager
def _on_kafka(address: str, own: dict[str, str]) -> Iterator[Stand]:
    """Topics under a prefix that nobody has; how to log in comes from the person's own settings."""
    from streams.runtime.topic_admin import TopicsError, prepare

    given = {name: text for name, text in os.environ.items() if name.startswith(PREFIX)}
    own |= {"BROKERS": address, "PARTITIONS": "4", "CREATE_TOPICS": "true"}
    environment = _environment({PREFIX + "REPLICATION_FACTOR": "1", **given}, own)
    settings = settings_from(environment)
    with kafka_in_words(settings):
        pass  # nothing to clear away where nobody answers
    try:
        with kafka_in_words(settings):
            try:
                prepare(settings, bare_stages())
            except TopicsError as error:
                raise BadConfigurationError(str(error)) from error
        yield Stand(settings, environment, f"Kafka at {address}, topics {settings.topic_prefix}*")
    finally:
        clear(settings, _topics(settings))


def _topics(settings: Settings) -> list[str]:
    from streams.runtime.topic_admin import wanted

    return [topic.name for topic in wanted(settings, bare_stages())]


def _environment(given: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The person's environment without their worker's settings, except `given`, with the demo's `own` over it."""
    bare = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    return {**bare, **given, **{PREFIX + name: text for name, text in own.items()}}
