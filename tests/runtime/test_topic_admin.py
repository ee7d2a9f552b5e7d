"""What is said about topics that are not as they must be."""

from __future__ import annotations

from streams.runtime.settings import load
from streams.runtime.topic_admin import Found, faults, wanted
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


def test_a_broker_that_does_not_say_is_believed() -> None:
    assert faults(PLAN, {name: Found(found.partitions, None) for name, found in GOOD.items()}) == []
