"""Produce the events of a file to Kafka, keyed by account.

A line is one event (NDJSON); .gz and .zst are unpacked. All go to one topic, so
that an account's events keep their order however fast they are sent. The first
line that is not an event ends it, with its number.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from streams.cli.environment import add_kafka_options, kafka_settings
from streams.cli.outcome import OK, BadInputError

EXAMPLES = """\
examples:
  personawatch send events.ndjson.gz --brokers 127.0.0.1:9092
  personawatch scenario S05b | personawatch send -
  personawatch send broken.ndjson --as-is     to see what a worker makes of it
"""

PROGRESS_S = 2.0


class Letter(NamedTuple):
    """One record to send."""

    key: bytes | None
    value: bytes


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch send FILE [options]"
    parser.add_argument("file", metavar="FILE", help="NDJSON, also .gz or .zst; - is standard input")
    parser.add_argument(
        "--topic", default="platform-events", metavar="NAME", help="without prefix (default platform-events)"
    )
    parser.add_argument("--as-is", action="store_true", help="send lines that are no events too, without a key")
    add_kafka_options(parser)


def run(arguments: Namespace) -> int:
    """Send, with progress on standard error."""
    from streams.cli.kafka_access import writer

    settings = kafka_settings(arguments.brokers, arguments.prefix)
    topic = settings.topic(arguments.topic)
    sent, began, told = 0, time.monotonic(), time.monotonic()
    with lines_of(arguments.file) as lines, writer(settings) as opened:
        try:
            for letter in letters(lines, as_is=arguments.as_is):
                opened.send(topic, letter.key, letter.value)
                sent += 1
                if time.monotonic() - told > PROGRESS_S:
                    told = time.monotonic()
                    print(f"{sent:,} sent, {sent / (told - began):,.0f}/s", file=sys.stderr)
        finally:
            opened.flush()
    print(f"{sent:,} events sent to {topic} at {settings.brokers} in {time.monotonic() - began:.1f} s", file=sys.stderr)
    return OK


def letters(lines: Iterator[bytes], *, as_is: bool) -> Iterator[Letter]:
    """Give every line its key; BadInputError names the first line that is no event."""
    import orjson

    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        try:
            event = orjson.loads(text)
        except orjson.JSONDecodeError:
            event = None
        if isinstance(event, dict) and isinstance(event.get("type"), str) and isinstance(event.get("account_id"), str):
            yield Letter(event["account_id"].encode(), text)
        elif as_is:
            yield Letter(None, text)
        else:
            raise BadInputError(
                f"line {number}: expected a JSON object with type and account_id; the lines before it were sent"
                " (--as-is sends such lines too)"
            )


@contextmanager
def lines_of(name: str) -> Iterator[Iterator[bytes]]:
    """Open a file of lines, unpacked; `-` is standard input. Raises BadInputError where packed bytes are damaged or end in the middle."""
    from streams.replay.unpacking import PackedError

    try:
        if name == "-":
            yield _lines(name, sys.stdin.buffer)
            return
        with Path(name).open("rb") as raw:
            yield _lines(name, raw)
    except PackedError as error:
        raise BadInputError(f"{name}: {error}") from error
    except OSError as error:
        if error.filename != name:
            raise
        raise BadInputError(f"{name}: {error.strerror}") from error


def _lines(name: str, raw: BinaryIO) -> Iterator[bytes]:
    from streams.replay.files import lines
    from streams.replay.unpacking import unpacked

    stream = unpacked(raw)
    if stream is raw and name.endswith((".gz", ".zst")) and stream.peek(1):
        raise BadInputError(f"{name}: found no gzip or zstd; expected what its name says")
    return lines(stream)
