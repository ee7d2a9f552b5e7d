"""The demo's broker: librdkafka's mock cluster inside this process. Real protocol over TCP, no JVM, nothing to install.

It keeps little and proves nothing about durability. Topics appear on first use, always with four partitions, and it answers no
request to create or describe them; so a worker on it runs with `embedded=True`, which leaves out those checks.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

# What the mock cluster gives to every topic.
PARTITIONS = 4


class EmbeddedBroker:
    """A broker that lives as long as this object is open."""

    def __init__(self) -> None:
        from confluent_kafka import Producer

        # The producer owns the cluster; it is never used to produce.
        self._owner: Any = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "ignored", "log_level": 0})
        metadata = self._owner.list_topics(timeout=10)
        broker = next(iter(metadata.brokers.values()))
        self.address = f"{broker.host}:{broker.port}"

    def touch(self, topics: list[str]) -> None:
        """Make topics appear, by asking for them."""
        from confluent_kafka import Producer

        asker = Producer({"bootstrap.servers": self.address, "log_level": 0, "allow.auto.create.topics": True})
        for topic in topics:
            asker.list_topics(topic, timeout=10)

    def close(self) -> None:
        """End the cluster and everything in it."""
        self._owner = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
