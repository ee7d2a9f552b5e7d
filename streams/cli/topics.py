"""Create, check or describe the topics that the pipeline needs.

create   make those that are missing, then check all
check    say everything that a worker would refuse to start with
describe list every topic: what it is, what it must be, what the broker has
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from streams.cli.environment import add_kafka_options, bare_stages, kafka_settings
from streams.cli.outcome import OK, BadConfigurationError

if TYPE_CHECKING:
    from streams.runtime.settings import Settings
    from streams.runtime.topic_admin import Found, Wanted

EXAMPLES = """\
examples:
  PERSONAWATCH_REPLICATION_FACTOR=3 personawatch topics create
  personawatch topics check --brokers 127.0.0.1:9092
  personawatch topics describe --prefix staging-
"""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch topics create|check|describe [options]"
    parser.add_argument("action", choices=("create", "check", "describe"), help="see above")
    add_kafka_options(parser)


def run(arguments: Namespace) -> int:
    """Do what was asked, on the cluster of the settings."""
    from streams.cli.kafka_access import kafka_in_words

    settings = kafka_settings(arguments.brokers, arguments.prefix)
    with kafka_in_words(settings):
        if arguments.action == "create":
            return _create(settings)
        return _check(settings) if arguments.action == "check" else _describe(settings)


def topic_faults(settings: Settings) -> list[str]:
    """Everything about the topics that start-up would refuse."""
    from streams.runtime.topic_admin import describe, faults, wanted

    plan = wanted(settings, bare_stages())
    return faults(plan, describe(settings, [topic.name for topic in plan]))


def table(plan: list[Wanted], found: dict[str, Found], about: dict[str, str]) -> list[str]:
    """One block a topic: its name and what it is, then expected beside found."""
    lines = []
    for topic in plan:
        actual = found.get(topic.name)
        has = "missing" if actual is None else f"{actual.partitions} partitions, {actual.cleanup or 'policy not told'}"
        lines += [topic.name, f"    {about.get(topic.name, 'states of a stage, read back at start')}"]
        lines += [f"    expected  {topic.partitions} partitions, {topic.cleanup}", f"    found     {has}"]
    return lines


def _create(settings: Settings) -> int:
    from dataclasses import replace

    from streams.runtime.topic_admin import TopicsError, prepare

    try:
        made = prepare(replace(settings, create_topics=True), bare_stages())
    except TopicsError as error:
        raise BadConfigurationError(str(error)) from error
    print("\n".join([*(f"created {name}" for name in made), "topics are as they must be"]))
    return OK


def _check(settings: Settings) -> int:
    if faults := topic_faults(settings):
        raise BadConfigurationError("\n".join(faults))
    print("topics are as they must be")
    return OK


def _describe(settings: Settings) -> int:
    from schemas.topics import TOPICS
    from streams.runtime.topic_admin import describe, wanted

    plan = wanted(settings, bare_stages())
    found = describe(settings, [topic.name for topic in plan])
    print("\n".join(table(plan, found, {settings.topic(topic.name): topic.about for topic in TOPICS})))
    return OK
