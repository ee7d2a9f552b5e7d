"""Say everything that start-up would refuse, all of it at once.

Looks at settings, formats, tables, catalogue and topics. Nothing is changed.
With --shadow it looks at what a shadow worker needs (see worker --help).
A sample of an input's records proves that its format is the one that is set.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from streams.cli.environment import load_catalogue, load_enricher, load_formats, settings_from
from streams.cli.outcome import CONFIGURATION, OK, BadConfigurationError, RefusedError
from streams.cli.text import wrapped

if TYPE_CHECKING:
    from streams.detection.catalogue.model import Catalogue
    from streams.runtime.settings import Settings

EXAMPLES = """\
examples:
  personawatch check                  before a worker starts
  personawatch check --no-topics      where no broker can be reached, as in CI
  personawatch check --settings       what can be set, with defaults
  personawatch check --login-sample logins.jsonl
"""

LOGINS, PLATFORM = "login-events", "platform-events"
MOST = 10
"""Faults of a sample that are shown: the others are mostly the same."""
Look = Callable[[], str]


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch check [--no-topics] [--settings] [--shadow FOLDER|ids] ..."
    parser.add_argument("--no-topics", action="store_true", help="do not ask the brokers")
    parser.add_argument("--login-sample", metavar="FILE", help="records of login-events, as formats check reads them")
    parser.add_argument("--platform-sample", metavar="FILE", help="records of platform-events")
    parser.add_argument("--shadow", metavar="FOLDER|ids", help="look as `worker --shadow` would")
    parser.add_argument("--settings", action="store_true", help="list all settings instead")


def run(arguments: Namespace) -> int:
    """Look at one thing after the other; a fault in one does not hide those of the next."""
    if arguments.settings:
        print("\n".join(settings_lines()))
        return OK
    try:
        settings = settings_from(os.environ, shadow=arguments.shadow)
    except RefusedError as refusal:
        _say("settings", str(refusal).splitlines())
        print("formats, tables and topics were not looked at: they depend on the settings")
        _look("catalogue", lambda: _catalogue(settings_from({})))
        return CONFIGURATION
    print("settings   ok")
    samples = {LOGINS: arguments.login_sample, PLATFORM: arguments.platform_sample}
    if settings.shadow:
        bad = _look("shadow", lambda: _shadow(settings))
    else:
        bad = _look("catalogue", lambda: _catalogue(settings)) + _look("formats", lambda: _formats(settings, samples))
        bad += _look("tables", lambda: _tables(settings))
    if not arguments.no_topics:
        bad += _look("topics", lambda: _topics(settings))
    return CONFIGURATION if bad else OK


def settings_lines() -> list[str]:
    """Every setting: variable, type, default, what it is for."""
    from streams.runtime.settings import describe

    lines = []
    for setting in describe():
        lines.append(f"{setting.name}  ({setting.type}, default {setting.default or 'empty'})")
        secret = f" Secret: can be read from the file that {setting.name}_FILE names." if setting.secret else ""
        lines += wrapped(f"{setting.about}.{secret}", indent="    ")
    return lines


def _look(what: str, look: Look) -> int:
    try:
        found = look()
    except RefusedError as refusal:
        faults = [line.removeprefix("  - ") for line in str(refusal).splitlines()]
        _say(what, [fault for fault in faults if not fault.endswith(":")])
        return 1
    print(f"{what:<11}ok{found and ', ' + found}")
    return 0


def _say(what: str, faults: list[str]) -> None:
    print(f"{what:<11}{len(faults)} {'fault' if len(faults) == 1 else 'faults'}")
    for fault in faults:
        print("\n".join(wrapped(fault, indent="      ", first="    - ")))


def _catalogue(settings: Settings) -> str:
    return _about(load_catalogue(settings))


def _shadow(settings: Settings) -> str:
    from streams.replay.configuration import shadow_catalogue

    return _about(shadow_catalogue(settings.shadow, settings))


def _about(catalogue: Catalogue) -> str:
    active = sum(not indicator.planned and indicator.enabled for indicator in catalogue.indicators.values())
    return f"version {catalogue.version}, {active} indicators on"


def _formats(settings: Settings, samples: dict[str, str | None]) -> str:
    """Load the formats; of an input with a sample, every record must become an event or be left out by its map."""
    from streams.cli.formats import prove

    decoders = load_formats(settings)
    said, faults = [f"{LOGINS} {settings.login_format}, {PLATFORM} {settings.platform_format}"], []
    for topic, file in samples.items():
        if file:
            coverage, found = prove(decoders[topic], file)
            faults += found[:MOST] + ([f"{file}: {len(found) - MOST} faults more"] if len(found) > MOST else [])
            said.append(f"of {topic}' sample {coverage.events.total()} became events")
    if faults:
        raise BadConfigurationError("\n".join(faults))
    return ", ".join(said)


def _tables(settings: Settings) -> str:
    snapshot = load_enricher(
        settings.geo_table, settings.asn_table, settings.networks_table, settings.tables_manifest
    ).snapshot
    given = [table.role for table in snapshot.tables]
    missing = [role for role in ("geo", "asn", "networks") if role not in given]
    return f"snapshot {snapshot.id}" + (f", no table for {', '.join(missing)} (facts unknown)" if missing else "")


def _topics(settings: Settings) -> str:
    from streams.cli.kafka_access import kafka_in_words
    from streams.cli.topics import topic_faults

    with kafka_in_words(settings):
        if faults := topic_faults(settings):
            raise BadConfigurationError("\n".join(faults))
    return f"at {settings.brokers}"
