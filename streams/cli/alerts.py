"""Follow the alert topic, as cards that a person can read.

Shows revisions as they are written, until Ctrl-C. A later revision of an alert
replaces the earlier ones.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from streams.cli.environment import add_kafka_options, kafka_settings
from streams.cli.outcome import OK

EXAMPLES = """\
examples:
  personawatch alerts --from-beginning
  personawatch alerts --from-beginning --once --ndjson > alerts.ndjson
  personawatch alerts --watchlist --brokers 127.0.0.1:9092
"""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch alerts [options]"
    parser.add_argument("--from-beginning", action="store_true", help="all that are kept, not only new ones")
    parser.add_argument("--once", action="store_true", help="stop at the end of what is there")
    parser.add_argument("--ndjson", action="store_true", help="one JSON object a line, exactly as on the topic")
    parser.add_argument("--watchlist", action="store_true", help="also what is only watched")
    parser.add_argument("--safety-notices", action="store_true", help="also warnings for possible victims")
    add_kafka_options(parser)


def run(arguments: Namespace) -> int:
    """Print revisions as they come."""
    from schemas.topics import ALERTS, SAFETY_NOTICES, WATCHLIST
    from streams.cli.kafka_access import reader

    settings = kafka_settings(arguments.brokers, arguments.prefix)
    wanted = [ALERTS, *([WATCHLIST] * arguments.watchlist), *([SAFETY_NOTICES] * arguments.safety_notices)]
    names = [settings.topic(topic.name) for topic in wanted]
    with reader(settings, names, from_beginning=arguments.from_beginning) as opened:
        if not arguments.once and not arguments.ndjson:
            print(f"following {', '.join(names)} at {settings.brokers}; Ctrl-C ends it", file=sys.stderr)
        for record in opened.to_end() if arguments.once else opened.follow():
            if record.value is not None:
                print("\n".join(lines_of(record, ndjson=arguments.ndjson)), flush=True)
    return OK


def lines_of(record: Any, *, ndjson: bool) -> list[str]:
    """Render one record; what is no alert of this version is said, not hidden."""
    import msgspec

    from streams.cli.card import card
    from streams.detection.alert import Alert

    if ndjson:
        return [record.value.decode(errors="replace")]
    try:
        return [*card(msgspec.json.decode(record.value, type=Alert)), ""]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return [
            f"{record.topic}/{record.partition}/{record.offset}: not an alert that this version can read: {error}",
            "",
        ]
