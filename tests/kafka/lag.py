"""How much a consumer group has not yet acknowledged: asked so often that one client is kept for it and asks for all at once."""

from __future__ import annotations

import time
from collections.abc import Iterable

from confluent_kafka import OFFSET_END, Consumer, KafkaException, TopicPartition

ANSWER_S = 30.0
"""How long one answer may take: on a busy machine a broker has to wait for its turn."""
TRIED_S = 5.0
"""How long to ask anew when a leader or a coordinator is not known, as in the first moments of a topic."""


class Lag:
    """Asks for one group. It never joins it."""

    def __init__(self, address: str, group: str) -> None:
        self._client = Consumer(
            {"bootstrap.servers": address, "group.id": group, "reconnect.backoff.max.ms": 1000, "log_level": 0}
        )

    def of(self, topics: Iterable[str]) -> int:
        """Records of the topics that are not acknowledged; -1 when the broker cannot say."""
        names, deadline = sorted(topics), time.monotonic() + TRIED_S
        while (found := self._now(names)) < 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _now(self, names: list[str]) -> int:
        try:
            known = self._client.list_topics(timeout=ANSWER_S).topics
            places = [TopicPartition(name, number, OFFSET_END) for name in names for number in known[name].partitions]
            done = self._client.committed(places, timeout=ANSWER_S)
            ends = self._client.offsets_for_times(places, timeout=ANSWER_S)
        except (
            KafkaException,
            KeyError,
        ):  # leaders and coordinators move after an outage, and topics are heard of anew
            return -1
        if any(place.error for place in (*done, *ends)):
            return -1
        return sum(end.offset - max(0, place.offset) for place, end in zip(done, ends, strict=True))
