"""What is said about topics that are not as they must be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from streams.cli.environment import bare_stages
from streams.detection.shadow import shadowed
from streams.runtime.settings import load
from streams.runtime.topic_admin import SEGMENT_BYTES, Found, faults, options, remarks, wanted
from tests.kafka.toys import stages

SETTINGS = load({"PERSONAWATCH_TOPIC_PREFIX": "p-", "PERSONAWATCH_APP_ID": "pw", "PERSONAWATCH_PARTITIONS": "4"})
PLAN = wanted(SETTINGS, stages())
GOOD = {topic.name: Found(topic.partitions, topic.cleanup) for topic in PLAN}


def test_as_created_is_good() -> None:
    assert faults(PLAN, GOOD) == []


def test_raw_inputs_may_have_any_number_of_partitions() -> None:
    assert faults(PLAN, GOOD | {"p-login-events": Found(17, "delete")}) == []


def test_each_fault_in_words() -> None:
    found = GOOD | {
        "p-findings": Found(8, "delete"),
        "pw-accounts-changelog": Found(4, "compact,delete"),
        "p-assessments": Found(4, "delete"),
    }
    del found["p-links"]
    assert faults(PLAN, found) == [
        (
            "topic p-links: not found, expected 4 partitions, cleanup.policy=delete (create it, or set"
            " PERSONAWATCH_CREATE_TOPICS=true)"
        ),
        "topic p-assessments: found 4 partitions, expected 1 (cases need one order)",
        (
            "topic pw-accounts-changelog: found cleanup.policy=compact,delete, expected compact"
            " (deleting old records would forget states)"
        ),
        (
            "topics must have equally many partitions, their keys meet in one stage:"
            " p-enriched-events has 4, p-findings has 8, pw-accounts-changelog has 4"
        ),
    ]


def test_a_changelog_that_the_broker_stamps_is_refused_and_other_topics_may_be_stamped() -> None:
    """Its records' times are the epochs of their writers, by which a late record of a former one is known."""
    stamped = {name: found._replace(stamps="LogAppendTime") for name, found in GOOD.items()}
    assert [fault.split(" (")[0] for fault in faults(PLAN, stamped)] == [
        f"topic {name}: found message.timestamp.type=LogAppendTime, expected CreateTime"
        for name in GOOD
        if name.endswith("-changelog")
    ]


def test_topics_that_were_made_before_or_otherwise_are_told_of_and_not_refused() -> None:
    gigabyte = Found(4, "compact", "CreateTime", 1 << 30, in_sync=1, copies=3)
    found = GOOD | {
        "pw-accounts-changelog": gigabyte,
        "p-links": Found(4, "delete", None, 1 << 30, in_sync=1, copies=2),
    }
    assert faults(PLAN, found) == []
    assert remarks(PLAN, found) == [
        (
            "topic pw-accounts-changelog: found segment.bytes=1073741824, better 67108864"
            " (the newest segment is not compacted, and every start reads all of it)"
        ),
        (
            "topic pw-accounts-changelog: found min.insync.replicas=1 with 3 copies, better 2"
            " (what is acknowledged may be on one disk only)"
        ),
    ]
    assert remarks(PLAN, GOOD) == []


def test_a_changelog_is_made_with_segments_that_close_by_their_size() -> None:
    """Its records have the time of their writer's start, so that no time ever closes them, and what is not closed is not compacted."""
    one = replace(SETTINGS, replication_factor=1)
    configs = {topic.name: options(one, topic)["configs"] for topic in PLAN}
    assert configs["pw-accounts-changelog"] == {
        "cleanup.policy": "compact",
        "segment.bytes": str(SEGMENT_BYTES),
        "message.timestamp.type": "CreateTime",
    }
    assert configs["p-alerts"] == {"cleanup.policy": "compact"}
    assert configs["p-links"] == {"cleanup.policy": "delete", "retention.ms": "604800000"}


@pytest.mark.parametrize(("copies", "acknowledged"), [(1, None), (2, None), (3, "2"), (5, "2")])
def test_what_is_acknowledged_is_on_two_brokers_where_one_of_them_may_be_away(
    copies: int, acknowledged: str | None
) -> None:
    settings = replace(SETTINGS, replication_factor=copies)
    found = {options(settings, topic)["configs"].get("min.insync.replicas") for topic in PLAN}
    assert found == {acknowledged}


SHADOW = load({"PERSONAWATCH_SHADOW": "tuned", "PERSONAWATCH_APP_ID": "pw", "PERSONAWATCH_PARTITIONS": "4"})


def test_a_shadow_needs_its_own_topics_and_the_events_and_a_live_worker_none_of_them() -> None:
    live, own = {topic.name for topic in PLAN}, wanted(SHADOW, shadowed(bare_stages()))
    assert not {name for name in live if "shadow" in name}
    assert {topic.name: (topic.partitions, topic.cleanup) for topic in own} == {
        "enriched-events": (4, "delete"),
        "shadow-findings": (4, "delete"),
        "shadow-links": (4, "delete"),
        "shadow-assessments": (1, "delete"),
        "shadow-alerts": (4, "compact"),
        "shadow-watchlist": (4, "compact"),
        "dead-letters": (4, "delete"),
        "pw-shadow-shadow-accounts-changelog": (4, "compact"),
        "pw-shadow-shadow-entities-changelog": (4, "compact"),
        "pw-shadow-shadow-cases-changelog": (1, "compact"),
    }


def test_a_shadow_meets_the_live_partitions_where_keys_meet_and_only_there() -> None:
    plan = wanted(SHADOW, shadowed(bare_stages()))
    good = {topic.name: Found(topic.partitions, topic.cleanup) for topic in plan}
    links = {"shadow-links": Found(6, "delete"), "pw-shadow-shadow-entities-changelog": Found(6, "compact")}
    assert faults(plan, good | links) == []
    assert faults(plan, good | {"shadow-assessments": Found(4, "delete")}) == [
        "topic shadow-assessments: found 4 partitions, expected 1 (cases need one order)"
    ]
    assert faults(plan, good | {"enriched-events": Found(8, "delete")}) == [
        (
            "topics must have equally many partitions, their keys meet in one stage:"
            " enriched-events has 8, shadow-findings has 4, pw-shadow-shadow-accounts-changelog has 4"
        )
    ]


def test_a_broker_that_does_not_say_is_believed() -> None:
    assert faults(PLAN, {name: Found(found.partitions, None) for name, found in GOOD.items()}) == []
