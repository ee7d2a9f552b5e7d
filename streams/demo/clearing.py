"""Leave somebody's Kafka as it was: no topics and no group of the demo's."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from streams.cli.kafka_access import client_options
from streams.runtime.settings import Settings


def clear(settings: Settings, topics: Sequence[str]) -> None:
    """Delete the topics that are there, and the group. What can't be deleted is said, with its name."""
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    try:
        admin = KafkaAdminClient(**client_options(settings), request_timeout_ms=10_000)
        try:
            there = {topic["name"] for topic in admin.describe_topics()}
            if ours := sorted(there & set(topics)):
                admin.delete_topics(ours)
            _forget_group(admin, settings)
        finally:
            admin.close()
    except (KafkaError, OSError) as error:
        left = f"topics {settings.topic_prefix}*, group {settings.app_id}"
        print(f"could not clean up at {settings.brokers}: {error!r}; look for {left}", file=sys.stderr)


def _forget_group(admin: Any, settings: Settings) -> None:
    """A static member stays in its group until its session times out, so it is shown out first."""
    from kafka.admin import MemberToRemove

    name = settings.app_id
    if name in {group["group_id"] for group in admin.list_groups()}:
        admin.remove_group_members(name, [MemberToRemove(group_instance_id=settings.worker_name())])
        admin.delete_groups([name])
