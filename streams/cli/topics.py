"""Create, check or describe the topics that the pipeline needs.

create   make those that are missing, then check all
check    say everything that a worker would refuse to start with, and what it
         takes although it would be made otherwise today
describe list every topic: what it is, what it must be, what the broker has
forget   with --shadow: delete a shadow's topics, states and group, so that the
         next one begins with the oldest event again. Waits until the group
         has given up its last worker, ten seconds after that has ended

With --shadow, the topics of a shadow worker (see worker --help) instead.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from streams.cli.environment import add_kafka_options, bare_stages, settings_from
from streams.cli.outcome import OK, BadConfigurationError, BadInputError

if TYPE_CHECKING:
    from streams.detection.stage import Stage
    from streams.runtime.settings import Settings
    from streams.runtime.topic_admin import Found, Wanted

EXAMPLES = """\
examples:
  PERSONAWATCH_REPLICATION_FACTOR=3 personawatch topics create
  personawatch topics check --brokers 127.0.0.1:9092
  personawatch topics describe --prefix staging-
  personawatch topics create --shadow
"""


ANY = "any"
"""Whichever shadow it is: the names of its topics are the same."""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch topics create|check|describe|forget [options]"
    parser.add_argument("action", choices=("create", "check", "describe", "forget"), help="see above")
    parser.add_argument("--shadow", action="store_true", help="the topics that a shadow worker needs")
    add_kafka_options(parser)


def run(arguments: Namespace) -> int:
    """Do what was asked, on the cluster of the settings."""
    from streams.cli.kafka_access import kafka_in_words

    if arguments.action == "forget" and not arguments.shadow:
        raise BadInputError("forget goes with --shadow: topics of live workers are never deleted here")
    settings = settings_from(
        os.environ,
        brokers=arguments.brokers,
        topic_prefix=arguments.prefix,
        shadow=ANY if arguments.shadow else None,
    )
    with kafka_in_words(settings):
        if arguments.action == "create":
            return _create(settings)
        if arguments.action == "forget":
            return _forget(settings)
        return _check(settings) if arguments.action == "check" else _describe(settings)


def topic_faults(settings: Settings) -> list[str]:
    """Everything about the topics that start-up would refuse."""
    from streams.runtime.topic_admin import faults

    return faults(*_compared(settings))


def table(plan: list[Wanted], found: dict[str, Found], about: dict[str, str]) -> list[str]:
    """One block a topic: its name and what it is, then expected beside found."""
    lines = []
    for topic in plan:
        actual = found.get(topic.name)
        has = "missing" if actual is None else f"{actual.partitions} partitions, {actual.cleanup or 'policy not told'}"
        lines += [topic.name, f"    {about.get(topic.name, 'states of a stage, read back at start')}"]
        lines += [f"    expected  {topic.partitions} partitions, {topic.cleanup}", f"    found     {has}"]
    return lines


def _stages(settings: Settings) -> list[Stage]:
    from streams.detection.shadow import shadowed

    return shadowed(bare_stages()) if settings.shadow else bare_stages()


def _compared(settings: Settings) -> tuple[list[Wanted], dict[str, Found]]:
    from streams.runtime.topic_admin import describe, wanted

    plan = wanted(settings, _stages(settings))
    return plan, describe(settings, [topic.name for topic in plan])


def _create(settings: Settings) -> int:
    from dataclasses import replace

    from streams.runtime.topic_admin import TopicsError, prepare

    try:
        made = prepare(replace(settings, create_topics=True), _stages(settings))
    except TopicsError as error:
        raise BadConfigurationError(str(error)) from error
    print("\n".join(f"created {name}" for name in made), end="\n" if made else "")
    return _check(settings)


def _forget(settings: Settings) -> int:
    from streams.runtime.topic_admin import TopicsError, forget_shadow

    try:
        # Twice the time after which the group gives up a worker that has ended.
        gone = forget_shadow(settings, _stages(settings), within_s=2 * settings.session_timeout_s)
    except TopicsError as error:
        raise BadConfigurationError(str(error)) from error
    print("\n".join([*(f"deleted {name}" for name in gone), "the shadow is forgotten"]))
    return OK


def _check(settings: Settings) -> int:
    from streams.runtime.topic_admin import faults, remarks

    plan, found = _compared(settings)
    if bad := faults(plan, found):
        raise BadConfigurationError("\n".join(bad))
    print("\n".join([*remarks(plan, found), "topics are as they must be"]))
    return OK


def _describe(settings: Settings) -> int:
    from schemas.topics import BY_NAME

    plan, found = _compared(settings)
    print("\n".join(table(plan, found, {settings.topic(topic.name): topic.about for topic in BY_NAME.values()})))
    return OK
