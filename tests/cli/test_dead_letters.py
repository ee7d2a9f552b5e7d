from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from schemas.dead_letter import dead_letter
from streams.cli import kafka_access
from streams.cli.dead_letters import Place, in_full, line_of, place_of, send_back
from streams.cli.kafka_access import Writer
from streams.cli.outcome import BadInputError, RefusedError
from streams.runtime.settings import Settings
from tests.cli.conftest import Command

LETTER = dead_letter(
    topic="platform-events",
    partition=3,
    offset=41,
    stage="enrich",
    reason="not_json",
    detail="begins with \x1b[2J",
    raw=b"\x1b[2J",
    record_timestamp_ms=1,
    key=b"a-1",
)


def words(action: str, place: str | None = None, reason: str | None = None, file: str | None = None) -> Namespace:
    return Namespace(action=action, place=place, reason=reason, file=file)


def test_one_line_says_where_to_find_it_and_where_it_came_from() -> None:
    line = line_of(Place(2, 7), LETTER)
    assert line.split()[:3] == ["2:7", "not_json", "platform-events/3/41"]
    assert "\x1b" not in line


def test_in_full() -> None:
    assert in_full(LETTER) == [
        "from      platform-events, partition 3, offset 41, element 0",
        "stage     enrich",
        "reason    not_json",
        "detail    begins with \ufffd[2J",
        "key       b'a-1'",
        "bytes     4",
    ]


def test_an_output_says_where_it_was_to_go() -> None:
    shown = in_full(msgspec.structs.replace(LETTER, meant_for="enriched-events", raw_size=9))
    assert shown[5:] == ["meant for enriched-events", "bytes     9, 4 of them kept"]


def test_headers_are_shown_where_there_were_any() -> None:
    shown = in_full(msgspec.structs.replace(LETTER, headers=(("ce_id", b"7\xff"), ("x\x1b", b"\x1b"))))
    assert shown[5:] == ["headers   ce_id=7\\xff, x\ufffd=\ufffd", "bytes     4"]
    assert in_full(msgspec.structs.replace(LETTER, headers=None))[5:] == [
        "headers   too long to be kept",
        "bytes     4",
    ]


def test_a_key_says_that_it_was_cut() -> None:
    shown = in_full(msgspec.structs.replace(LETTER, key_cut=True))
    assert shown[4:] == ["key       b'a-1', too long to be kept whole", "bytes     4"]


class Producer:
    """A client that only takes note."""

    def __init__(self) -> None:
        self.records: list[dict[str, object]] = []

    def send(self, topic: str, **record: object) -> Delivered:
        self.records.append({"topic": topic, **record})
        return Delivered()


class Delivered:
    is_done = True

    def get(self, timeout: float) -> None: ...


def test_a_record_goes_back_with_its_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    producer, headers = Producer(), (("ce_id", b"7"),)

    @contextmanager
    def writer(settings: Settings) -> Iterator[Writer]:
        yield Writer(settings, producer)

    monkeypatch.setattr(kafka_access, "writer", writer)
    letters = [msgspec.structs.replace(LETTER, headers=headers), LETTER]
    assert send_back(Settings(), letters, None) == 0
    record = {"topic": "platform-events", "key": b"a-1", "value": b"\x1b[2J"}
    assert producer.records == [{**record, "headers": list(headers)}, {**record, "headers": []}]
    with pytest.raises(RefusedError, match="1 not sent: too long to be kept whole"):
        send_back(Settings(), [msgspec.structs.replace(LETTER, headers=None)], None)
    assert send_back(Settings(), letters[:1], b"{}") == 0
    assert producer.records[-1] == {**record, "value": b"{}", "headers": list(headers)}


def test_places() -> None:
    assert place_of(words("show", "2:41")) == Place(2, 41)
    assert place_of(words("list")) is None
    assert place_of(words("send", reason="not_json")) is None


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (words("list", "2:41"), "list takes no place"),
        (words("show"), "show needs a place"),
        (words("send"), "send needs either"),
        (words("send", "2:41", "not_json"), "send needs either"),
        (words("send", reason="not_json", file="x"), "--file goes with"),
        (words("show", "two"), "'two' is not a place"),
        (words("show", "-1:4"), "is not a place"),
    ],
)
def test_bad_usage(asked: Namespace, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        place_of(asked)


def test_is_refused_before_kafka_is_asked(command: Command) -> None:
    assert command("dead-letters", "show").code == 2
