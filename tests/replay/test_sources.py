"""What a SOURCE may be, and how its faults are told."""

from __future__ import annotations

import gzip
import io
import json
from codecs import BOM_UTF8
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.outcome import BadInputError
from streams.replay.files import LONGEST, FileStream, lines, matching
from streams.replay.lines import REPLAY, Reading, Recorded
from streams.replay.sources import Sources, in_time_order, numbered
from streams.replay.unpacking import PackedError, unpacked
from streams.runtime.settings import Settings
from tests.replay.conftest import demo_configuration, told

STORY = b"".join(told("S09"))
EVENT = b'{"event_id":"1","type":"login.succeeded","account_id":"a","occurred_at":"2026-03-04T00:00:0%dZ"}'


def reading(prefix: str = "") -> Reading:
    return Reading(demo_configuration().formats, prefix)


def read(path: Path) -> list[Recorded]:
    return list(numbered(FileStream([str(path)], reading()).records()))


def frames(content: bytes) -> bytes:
    half = len(content) // 2
    return b"".join(zstandard.ZstdCompressor().compress(part) for part in (content[:half], content[half:]))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, frames])
def test_packed_files_are_told_by_their_bytes(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "no-ending"
    path.write_bytes(pack(STORY))  # type: ignore[operator]
    assert [record.value for _, record in read(path)] == STORY.splitlines()


def test_members_of_a_packed_file_are_read_on(tmp_path: Path) -> None:
    path = tmp_path / "rotated.gz"
    path.write_bytes(gzip.compress(EVENT % 1 + b"\n") + gzip.compress(EVENT % 2 + b"\n"))
    assert len(read(path)) == 2


@pytest.mark.parametrize("pack", [gzip.compress, frames])
@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, pack: object, cut: float) -> None:
    packed = pack(STORY)  # type: ignore[operator]
    path = tmp_path / "cut"
    path.write_bytes(packed[: int(len(packed) * cut)])
    with pytest.raises(BadInputError, match=r"cut: after line \d+: damaged (gzip|zstd)"):
        read(path)


@given(st.binary(max_size=200), st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd"]))
def test_damaged_bytes_are_one_kind_of_error(noise: bytes, magic: bytes) -> None:
    with suppress(PackedError):
        unpacked(io.BytesIO(magic + noise)).read()


class Dripping(io.RawIOBase):
    """A pipe whose writer is slow."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        return self._content.readinto(memoryview(buffer)[:1])


@pytest.mark.parametrize("content", [b"", b"(", b"(\n", b"(x\n", b"{}\n", b"12345678\n"])
def test_first_bytes_may_come_one_by_one(content: bytes) -> None:
    for packed in (content, gzip.compress(content), zstandard.ZstdCompressor().compress(content)):
        assert unpacked(io.BufferedReader(Dripping(packed))).read() == content


def test_a_file_that_begins_before_the_one_before_it_ended_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def files(*days: int) -> list[str]:
        for place, day in enumerate(days):
            event = EVENT.replace(b"-04T", b"-%02dT" % day)
            (tmp_path / f"part-{place}").write_bytes(b"nonsense\n" + event % 1 + b"\n" + event % 9 + b"\n")
        return [str(tmp_path / f"part-{place}") for place in range(len(days))]

    assert len(list(FileStream(files(1, 2, 2, 3), reading()).records())) == 12
    assert capsys.readouterr().err == ""
    list(FileStream(files(1, 10, 2, 11), reading()).records())
    (warning,) = capsys.readouterr().err.splitlines()
    assert warning.startswith(f"warning: {tmp_path / 'part-2'} begins at 2026-03-02 00:00 UTC, before ")
    assert f"{tmp_path / 'part-1'} ends, at 2026-03-10 00:00 UTC" in warning


def test_files_are_read_to_their_last_byte_and_one_that_went_away_is_named(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("a", "b.gz")]
    names[0].write_bytes(EVENT % 1)
    names[1].write_bytes(gzip.compress(EVENT % 2 + b"\n"))
    stream = FileStream([str(name) for name in names], reading())
    again = FileStream([str(name) for name in names], reading())
    assert (len(list(stream.records())), stream.done()) == (2, stream.size)
    assert stream.size == sum(name.stat().st_size for name in names)
    names[1].unlink()
    with pytest.raises(BadInputError, match=r"b\.gz: No such file or directory"):
        list(again.records())


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(BOM_UTF8 + EVENT % 1 + b"\n" + BOM_UTF8 + EVENT % 2 + b"\n")
    assert [record.value for _, record in read(path)] == [EVENT % 1, BOM_UTF8 + EVENT % 2]


def test_lines_end_anyhow(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"\n" + EVENT % 1 + b"\r\n\n  \n" + EVENT % 2)
    assert [record.offset for _, record in read(path)] == [0, 1]


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    found = list(lines(io.BytesIO(b"x" * (3 * LONGEST + 5) + b"\n" + b"y\n")))
    assert [len(line) for line in found] == [LONGEST, 2]


def test_a_pattern_is_its_files_by_name(tmp_path: Path) -> None:
    for name in ("day-2.ndjson", "day-1.ndjson", "other"):
        (tmp_path / name).write_bytes(EVENT % 1)
    assert [Path(name).name for name in matching(str(tmp_path / "day-*"))] == ["day-1.ndjson", "day-2.ndjson"]
    for number in range(3, 13):
        (tmp_path / f"day-{number}.ndjson").write_bytes(EVENT % 1)
    names = [Path(name).stem for name in matching(str(tmp_path / "day-*"))]
    assert names == [f"day-{number}" for number in range(1, 13)]
    odd = tmp_path / "[1].ndjson"
    odd.write_bytes(EVENT % 1)
    assert matching(str(odd)) == [str(odd)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["missing.ndjson"], "missing.ndjson: No such file or directory"),
        (["no-*.ndjson"], r"no-\*.ndjson: no file has such a name"),
        (["."], "found a folder; expected a file, or a pattern"),
        (["-", "-"], "- was given twice"),
        (["kafka://127.0.0.1:1"], "no topic; expected kafka://HOST:PORT/TOPIC"),
        (["kafka://h/t?since=1"], "found 'since=1'; expected from=, to= and partition="),
        (["kafka://h/t?from=1&from=2"], "each once"),
        (["kafka://h/t?from=noon"], "'noon' is not a time; expected .*, or an offset"),
        (["kafka://h:1/t?partition=x"], "partition 'x'; expected a number"),
        (["kafka://h/t"], "kafka://h/t: found 'h', expected host:port"),
        (["kafka://h:1,h:65536/t"], "found 'h:65536', expected host:port"),
        (["kafka://,/t"], "empty, expected host:port"),
        (["kafka://me:secret@h:1/t"], "found 'me:secret@h:1', expected host:port"),
        (["kafka://h:1/t?from=1#to=2"], "'1#to=2' is not a time; expected .*, or an offset"),
        (["kafka://[::1/t"], "Invalid IPv6 URL; expected kafka://HOST:PORT/TOPIC"),
    ],
)
def test_a_source_that_is_none(words: list[str], says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        Sources(words, Settings(), {})


def test_each_stream_keeps_its_order_and_a_straggler_waits_for_nobody() -> None:
    def at(name: str, *times: int) -> list[Recorded]:
        return [Recorded(name, reading().line(EVENT % 1).record._replace(timestamp=when)) for when in times]

    merged = list(in_time_order([at("a", 1, 5, 2, 9), at("b", 1, 4, 6), at("c", -1)]))
    assert [(name, record.timestamp) for name, record in merged] == [
        ("c", -1),
        ("a", 1),
        ("b", 1),
        ("b", 4),
        ("a", 5),
        ("a", 2),
        ("b", 6),
        ("a", 9),
    ]


def test_what_kcat_writes_keeps_its_place_and_time() -> None:
    kept = {"topic": "p-login-events", "partition": 3, "offset": 41, "tstype": "create", "ts": 7, "broker": 0}
    line = json.dumps(
        kept | {"key": "k", "payload": (EVENT % 1).decode(), "headers": ["ce_id", "9", "b", None]}
    ).encode()
    topic, record = reading("p-").line(line)
    assert (topic, record.topic, record.partition, record.offset, record.timestamp) == (
        "login-events",
        "p-login-events",
        3,
        41,
        7,
    )
    assert (record.key, record.value, record.headers) == (b"k", EVENT % 1, (("ce_id", b"9"), ("b", b"")))
    tombstone = json.dumps(kept | {"key": "k", "payload": None}).encode()
    assert reading("p-").line(tombstone).record.value is None


def test_time_of_a_record_is_that_of_its_newest_event() -> None:
    found = reading().line(b"[" + EVENT % 1 + b"," + EVENT % 9 + b"," + EVENT % 5 + b"]")
    assert found.record.timestamp == 1772582409000


def test_a_line_without_time_is_as_old_as_the_one_before() -> None:
    same = reading()
    assert same.line(b"{}").record.timestamp == -1
    assert same.line(EVENT % 3).record.timestamp == same.line(b"nonsense").record.timestamp == 1772582403000


def test_formats_of_others_have_their_times() -> None:
    okta = {
        "uuid": "u1",
        "published": "2026-03-04T00:00:05Z",
        "eventType": "user.session.start",
        "actor": {"id": "a", "type": "User"},
        "outcome": {"result": "SUCCESS"},
        "client": {"ipAddress": "2001:db8::1"},
    }
    assert reading().line(json.dumps(okta).encode()).record.timestamp == 1772582405000


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_line_becomes_one_record(line: bytes) -> None:
    topic, record = reading().line(line)
    assert (topic, record.topic, record.value) == ("platform-events", REPLAY, line)


KEYS = (
    "event_id",
    "occurred_at",
    "event",
    "origin",
    "ts",
    "topic",
    "partition",
    "offset",
    "payload",
    "account_id",
    "key",
)


@given(
    st.dictionaries(st.sampled_from(KEYS), st.none() | st.integers() | st.text(max_size=5) | st.just({"account_id": 1}))
)
def test_any_object_with_our_keys_becomes_one_record(document: dict[str, object]) -> None:
    topic, record = reading().line(json.dumps(document).encode())
    assert topic in ("platform-events", "login-events", "enriched-events")
    assert -1 <= record.timestamp <= 2**53
