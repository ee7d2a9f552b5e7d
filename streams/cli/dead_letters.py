"""List, show and send back records that could not be read.

list             one line a letter, oldest first
show PART:OFF    all of one letter, with the bytes that were rejected
send PART:OFF    put it back on the topic it came from, same key and headers;
                 with --file a repaired copy. With --reason: all of a reason.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from streams.cli.environment import add_kafka_options, kafka_settings
from streams.cli.outcome import OK, BadInputError, RefusedError
from streams.cli.parsing import positive
from streams.cli.text import safe, wrapped

if TYPE_CHECKING:
    from schemas.dead_letter import DeadLetter
    from streams.cli.kafka_access import Reader
    from streams.runtime.settings import Settings

EXAMPLES = """\
examples:
  personawatch dead-letters list --reason not_json
  personawatch dead-letters show 2:41 > rejected.txt
  personawatch dead-letters send 2:41 --file repaired.json
  personawatch dead-letters send --reason unknown_type      after an upgrade
"""

SHOWN = 2_000
"""Bytes of a record that `show` prints to a terminal; all of it when redirected."""


class Place(NamedTuple):
    """Where a letter is on the dead-letter topic."""

    partition: int
    offset: int


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch dead-letters list | show PART:OFF | send PART:OFF [options]"
    parser.add_argument("action", choices=("list", "show", "send"), help="see above")
    parser.add_argument("place", nargs="?", metavar="PART:OFF", help="as `list` prints it")
    parser.add_argument("--reason", metavar="TEXT", help="list, send: only letters with this reason")
    parser.add_argument("--limit", type=positive, default=1000, metavar="N", help="list: stop after N (default 1000)")
    parser.add_argument("--file", metavar="FILE", help="send: these bytes instead of the rejected ones")
    add_kafka_options(parser)


def run(arguments: Namespace) -> int:
    """Do what was asked."""
    place = place_of(arguments)
    settings = kafka_settings(arguments.brokers, arguments.prefix)

    from schemas.topics import DEAD_LETTERS
    from streams.cli.kafka_access import reader

    with reader(settings, [settings.topic(DEAD_LETTERS.name)], from_beginning=True) as opened:
        if arguments.action == "list":
            return _list(opened, arguments.reason, arguments.limit)
        if place is not None:
            letters = [_one(opened, place)]
        else:
            letters = [letter for _, letter in _letters(opened) if letter.reason == arguments.reason]
    if arguments.action == "show":
        return _show(letters[0])
    repaired = _repaired(arguments.file)
    return send_back(settings, letters, repaired)


def place_of(arguments: Namespace) -> Place | None:
    """The place that was named, checked against what the action needs."""
    text, action = arguments.place, arguments.action
    if action == "list" and text is not None:
        raise BadInputError("list takes no place; `show` does")
    if action == "show" and text is None:
        raise BadInputError("show needs a place such as 2:41; `list` prints them")
    if action == "send" and (text is None) is (arguments.reason is None):
        raise BadInputError("send needs either a place such as 2:41 or --reason")
    if arguments.file and (action != "send" or text is None):
        raise BadInputError("--file goes with `send PART:OFF`")
    if text is None:
        return None
    partition, colon, offset = text.partition(":")
    if not (colon and partition.isdecimal() and offset.isdecimal()):
        raise BadInputError(f"{text!r} is not a place; expected partition:offset such as 2:41")
    return Place(int(partition), int(offset))


def line_of(place: Place, letter: DeadLetter) -> str:
    """One letter in one line."""
    where = f"{letter.topic}/{letter.partition}/{letter.offset}" + (f"#{letter.ordinal}" if letter.ordinal else "")
    return f"{place.partition}:{place.offset:<8} {letter.reason:<18} {where:<32} {safe(letter.detail)}"


def in_full(letter: DeadLetter) -> list[str]:
    """Everything about a letter but its bytes."""
    kept = len(letter.raw or b"")
    rows = {
        "from": f"{letter.topic}, partition {letter.partition}, offset {letter.offset}, element {letter.ordinal}",
        "stage": letter.stage,
        "reason": letter.reason,
        "detail": letter.detail,
        "key": repr(letter.key) + (", too long to be kept whole" if letter.key_cut else ""),
        **({"headers": _headers_of(letter)} if letter.headers != () else {}),
        **({"meant for": letter.meant_for} if letter.meant_for else {}),
        "bytes": f"{letter.raw_size}" + ("" if kept == letter.raw_size else f", {kept} of them kept"),
    }
    return [line for name, text in rows.items() for line in wrapped(text, indent=" " * 10, first=f"{name:<10}")]


def _headers_of(letter: DeadLetter) -> str:
    """The headers in words."""
    if letter.headers is None:
        return "too long to be kept"
    return ", ".join(f"{name}={value.decode(errors='backslashreplace')}" for name, value in letter.headers)


def _letters(opened: Reader) -> Iterator[tuple[Place, DeadLetter]]:
    import msgspec

    from schemas.dead_letter import decode_dead_letter

    for record in opened.to_end():
        try:
            yield Place(record.partition, record.offset), decode_dead_letter(record.value or b"")
        except msgspec.DecodeError as error:
            print(f"{record.partition}:{record.offset}: not a dead letter of this version: {error}", file=sys.stderr)


def _list(opened: Reader, reason: str | None, limit: int) -> int:
    shown = 0
    for place, letter in _letters(opened):
        if reason in (None, letter.reason):
            print(line_of(place, letter))
            shown += 1
            if shown == limit:
                print(f"stopped after {limit}; --limit shows more", file=sys.stderr)
                break
    if not shown:
        print("no dead letters" + (f" with reason {reason}" if reason else ""), file=sys.stderr)
    return OK


def _one(opened: Reader, place: Place) -> DeadLetter:
    opened.seek(*place)
    for found, letter in _letters(opened):
        if found == place:
            return letter
        break
    raise RefusedError(
        f"no letter at {place.partition}:{place.offset}; `personawatch dead-letters list` prints the places"
    )


def _show(letter: DeadLetter) -> int:
    print("\n".join(in_full(letter)), file=sys.stderr)
    raw = letter.raw or b""
    if sys.stdout.isatty():
        print(safe(raw[:SHOWN].decode(errors="backslashreplace")))
    else:
        sys.stdout.buffer.write(raw)
    return OK


def _repaired(file: str | None) -> bytes | None:
    if file is None:
        return None
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise BadInputError(f"{file}: {error.strerror}") from error


def send_back(settings: Settings, letters: list[DeadLetter], repaired: bytes | None) -> int:
    """Put the records of letters back where they came from; RefusedError says which could not be, after the others were."""
    from streams.cli.kafka_access import writer

    outputs = sum(bool(letter.meant_for) for letter in letters)
    fit = [letter for letter in letters if not letter.meant_for and (letter.is_complete or repaired is not None)]
    with writer(settings) as opened:
        for letter in fit:
            raw = letter.raw if repaired is None else repaired
            opened.send(letter.topic, letter.key, raw, letter.headers or ())
    print(f"{len(fit)} sent back", file=sys.stderr)
    left = len(letters) - len(fit)
    if outputs:
        raise RefusedError(
            f"{left} not sent: {outputs} hold what a stage made of a record; send that record again, once"
            " PERSONAWATCH_MAX_RECORD_BYTES and the topic take more"
        )
    if left:
        raise RefusedError(f"{left} not sent: too long to be kept whole; send a repaired copy with --file")
    return OK
