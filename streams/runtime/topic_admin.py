"""Topics as they must be: created where that is allowed, checked before a worker starts, each fault in words a person can act on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from schemas.topics import BY_NAME, SHADOW_TOPICS, SHADOWS, TOPICS, Topic
from streams.detection.stage import Stage
from streams.runtime import clients
from streams.runtime.settings import Settings

GONE_WITHIN_S = 30.0

SEGMENT_BYTES = 64 * 1024 * 1024
"""Of a changelog. Brokers compact all but the newest segment, and close that one by its size or by its records' time. Those of a changelog
have the time at which its writer took it over (`table`), so with the usual gigabyte a start would read weeks of changes."""

STAMPS = "CreateTime"
"""Of a changelog: a record's time is its writer's, also on a cluster that stamps records with its own."""

ASKED = ("cleanup.policy", "message.timestamp.type", "segment.bytes", "min.insync.replicas")


class TopicsError(Exception):
    """Topics are not as the pipeline needs them; `faults` names each topic, what was found and what was expected."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Wanted(NamedTuple):
    """One physical topic that the pipeline needs."""

    name: str
    group: str
    cleanup: str
    retention_ms: int | None
    partitions: int
    """How many to create; a topic that exists may have another number where its group allows."""


class Found(NamedTuple):
    """One topic as the broker has it; None is what the broker does not say."""

    partitions: int
    cleanup: str | None
    stamps: str | None = None
    """Whose time its records have (`message.timestamp.type`)."""
    segment_bytes: int | None = None
    in_sync: int | None = None
    """On how many brokers a record must be before it is acknowledged (`min.insync.replicas`)."""
    copies: int = 1


def wanted(settings: Settings, stages: Sequence[Stage]) -> list[Wanted]:
    """Every topic of the pipeline (or of a shadow worker) and the changelog of every stage that has states."""
    plan = [_plain(settings, topic) for topic in (SHADOW_TOPICS if settings.shadow else TOPICS)]
    for stage in stages:
        if stage.stateful:
            group = BY_NAME[stage.inputs[0]].group
            plan.append(Wanted(settings.changelog(stage.name), group, "compact", None, _partitions(settings, group)))
    return plan


def faults(plan: Iterable[Wanted], found: dict[str, Found]) -> list[str]:
    """What is wrong with `found`, in words. Pure, so that its texts can be tested."""
    problems = []
    groups: dict[str, dict[str, int]] = {}
    for topic in plan:
        actual = found.get(topic.name)
        if actual is None:
            problems.append(
                f"topic {topic.name}: not found, expected {topic.partitions} partitions, cleanup.policy={topic.cleanup}"
                " (create it, or set PERSONAWATCH_CREATE_TOPICS=true)"
            )
            continue
        if actual.cleanup is not None and actual.cleanup != topic.cleanup:
            problems.append(
                f"topic {topic.name}: found cleanup.policy={actual.cleanup}, expected {topic.cleanup}{_why(topic)}"
            )
        if _is_changelog(topic) and actual.stamps not in (None, STAMPS):
            problems.append(
                f"topic {topic.name}: found message.timestamp.type={actual.stamps}, expected {STAMPS}"
                " (with the broker's time, a worker that has lost a partition would replace newer states)"
            )
        if topic.group == "cases" and actual.partitions != 1:
            problems.append(
                f"topic {topic.name}: found {actual.partitions} partitions, expected 1 (cases need one order)"
            )
        elif topic.group not in ("free", "cases"):
            groups.setdefault(topic.group, {})[topic.name] = actual.partitions
    for members in groups.values():
        if len(set(members.values())) > 1:
            each = ", ".join(f"{name} has {count}" for name, count in members.items())
            problems.append(f"topics must have equally many partitions, their keys meet in one stage: {each}")
    return problems


def remarks(plan: Iterable[Wanted], found: dict[str, Found]) -> list[str]:
    """What in `found` is not as it would be made today, and yet no reason to refuse it."""
    said = []
    for topic in plan:
        actual = found.get(topic.name)
        if actual is None:
            continue
        if _is_changelog(topic) and (actual.segment_bytes or 0) > SEGMENT_BYTES:
            said.append(
                f"topic {topic.name}: found segment.bytes={actual.segment_bytes}, better {SEGMENT_BYTES}"
                " (the newest segment is not compacted, and every start reads all of it)"
            )
        if actual.copies > 2 and actual.in_sync == 1:
            said.append(
                f"topic {topic.name}: found min.insync.replicas=1 with {actual.copies} copies, better 2"
                " (what is acknowledged may be on one disk only)"
            )
    return said


def describe(settings: Settings, names: Sequence[str]) -> dict[str, Found]:
    """What the broker has of `names`. Raises kafka-python's errors when it cannot be asked."""
    admin = _connect(settings)
    try:
        return _describe(admin, names)
    finally:
        admin.close()


def prepare(settings: Settings, stages: Sequence[Stage]) -> list[str]:
    """Create what is missing if that is allowed, then check; gives the names created, raises `TopicsError`."""
    plan = wanted(settings, stages)
    admin = _connect(settings)
    try:
        found = _describe(admin, [topic.name for topic in plan])
        missing = [topic for topic in plan if topic.name not in found]
        if not settings.create_topics:
            missing = []
        if missing:
            admin.create_topics({topic.name: options(settings, topic) for topic in missing}, wait_for_metadata=True)
            found = _describe(admin, [topic.name for topic in plan])
    finally:
        admin.close()
    problems = faults(plan, found)
    if problems:
        raise TopicsError(problems)
    return [topic.name for topic in missing]


def forget_shadow(settings: Settings, stages: Sequence[Stage], within_s: float) -> list[str]:
    """Delete the group, the topics and the changelogs of a shadow, and nothing that live workers use; gives the topics' names.

    The group goes first: the broker refuses that while a worker is in it, and a worker that has ended stays in it for its session
    time-out. Raises `TopicsError` when that lasts longer than `within_s`.
    """
    if not settings.shadow:
        raise TopicsError(["only a shadow can be forgotten: topics of live workers are not deleted here"])
    own = {settings.topic(topic.name) for topic in SHADOWS.values()}
    own |= {settings.changelog(stage.name) for stage in stages if stage.stateful}
    admin = _connect(settings)
    try:
        _forget_group(admin, settings.app_id, time.monotonic() + within_s)
        there = sorted(_describe(admin, list(own)))
        if there:
            admin.delete_topics(there)
            _wait_until_gone(admin, there)
    finally:
        admin.close()
    return there


def _forget_group(admin: Any, group: str, deadline: float) -> None:
    while (answer := admin.delete_groups([group])[group]) == "NonEmptyGroupError":
        if time.monotonic() > deadline:
            raise TopicsError([f"group {group}: a worker is in it, expected that all have ended"])
        time.sleep(0.5)
    if answer not in ("OK", "GroupIdNotFoundError"):
        raise TopicsError([f"group {group}: cannot be deleted: {answer}"])


def _wait_until_gone(admin: Any, names: Sequence[str]) -> None:
    """Brokers delete a topic after they have said yes, and refuse to make it anew before."""
    deadline = time.monotonic() + GONE_WITHIN_S
    while left := sorted(_describe(admin, names)):
        if time.monotonic() > deadline:
            raise TopicsError([f"topic {name}: still there {GONE_WITHIN_S:g} s after it was deleted" for name in left])
        time.sleep(0.1)


def _why(topic: Wanted) -> str:
    return " (deleting old records would forget states)" if _is_changelog(topic) else ""


def _is_changelog(topic: Wanted) -> bool:
    return topic.name.endswith("-changelog")


def _plain(settings: Settings, topic: Topic) -> Wanted:
    retention = None if topic.cleanup == "compact" else topic.retention_hours * 3_600_000
    return Wanted(settings.topic(topic.name), topic.group, topic.cleanup, retention, _partitions(settings, topic.group))


def _partitions(settings: Settings, group: str) -> int:
    return 1 if group == "cases" else settings.partitions


def options(settings: Settings, topic: Wanted) -> dict[str, Any]:
    """How a topic is made."""
    configs = {"cleanup.policy": topic.cleanup}
    if _is_changelog(topic):
        configs |= {"segment.bytes": str(SEGMENT_BYTES), "message.timestamp.type": STAMPS}
    if settings.replication_factor > 2:
        configs["min.insync.replicas"] = "2"  # with Kafka's 1, what is acknowledged may be on one disk only
    if topic.retention_ms is not None:
        configs["retention.ms"] = str(topic.retention_ms)
    return {
        "num_partitions": topic.partitions,
        "replication_factor": settings.replication_factor,
        "configs": configs,
    }


def _connect(settings: Settings) -> Any:
    from kafka import KafkaAdminClient

    return KafkaAdminClient(**clients.kafka_python(settings), request_timeout_ms=10_000)


def _describe(admin: Any, names: Sequence[str]) -> dict[str, Found]:
    from kafka.admin import ConfigFilterType, ConfigResource, ConfigResourceType

    # All topics are listed, since asking for a missing one by name could create it.
    there = {topic["name"]: topic["partitions"] for topic in admin.describe_topics() if topic["name"] in set(names)}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(ASKED)) for name in there]
    answer = admin.describe_configs(resources, config_filter=ConfigFilterType.ALL) if resources else {}
    configs: dict[str, Any] = next(iter(answer.values()), {})
    return {name: _found(partitions, configs.get(name, {})) for name, partitions in there.items()}


def _found(partitions: Sequence[dict[str, Any]], config: dict[str, Any]) -> Found:
    cleanup, stamps, segment_bytes, in_sync = (config[name]["value"] if name in config else None for name in ASKED)
    return Found(
        len(partitions),
        cleanup,
        stamps,
        None if segment_bytes is None else int(segment_bytes),
        None if in_sync is None else int(in_sync),
        min((len(partition["replica_nodes"]) for partition in partitions), default=1),
    )
