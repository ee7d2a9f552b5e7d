from __future__ import annotations

import gzip
import io
import random
import sys
from codecs import BOM_UTF8
from pathlib import Path

import pytest
import zstandard

from streams.cli.outcome import BadInputError
from streams.cli.send import Letter, letters, lines_of
from tests.cli.conftest import Command

EVENT = b'{"type":"login.succeeded","account_id":"a-1"}'


def test_keyed_by_account_and_empty_lines_left_out() -> None:
    assert list(letters(iter([EVENT + b"\n", b"\n", b"  \n"]), as_is=False)) == [Letter(b"a-1", EVENT)]


@pytest.mark.parametrize("line", [b"broken", b"[]", b"7", b'{"type":"x"}', b'{"type":"x","account_id":7}'])
def test_what_is_no_event_is_named_or_sent_as_it_is(line: bytes) -> None:
    with pytest.raises(BadInputError, match="line 2: expected a JSON object with type and account_id"):
        list(letters(iter([EVENT, line]), as_is=False))
    assert list(letters(iter([EVENT, line]), as_is=True))[1] == Letter(None, line)


def test_reads_packed_files(tmp_path: Path) -> None:
    text = EVENT + b"\n" + EVENT + b"\n"
    (tmp_path / "a.ndjson").write_bytes(text)
    (tmp_path / "a.gz").write_bytes(gzip.compress(text))
    (tmp_path / "a.zst").write_bytes(zstandard.ZstdCompressor().compress(text))
    for name in ("a.ndjson", "a.gz", "a.zst"):
        with lines_of(str(tmp_path / name)) as lines:
            assert b"".join(lines) == text


def test_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(EVENT)))
    with lines_of("-") as lines:
        assert list(lines) == [EVENT]


@pytest.mark.parametrize("name", ["bad.gz", "bad.zst"])
def test_a_damaged_file_is_bad_input(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"not packed at all")
    with pytest.raises(BadInputError, match=name), lines_of(str(path)) as lines:
        list(lines)


PACKED = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("name", ["-", "events", "events.gz", "events.zst"])
@pytest.mark.parametrize("kind", PACKED)
def test_packed_bytes_are_told_by_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    """Also where a program put one file behind the other."""
    packed = b"".join(PACKED[kind](b"%d\n" % number) for number in (1, 2))
    path = name if name == "-" else str(tmp_path / name)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
    (tmp_path / name).write_bytes(packed)
    with lines_of(path) as lines:
        assert list(lines) == [b"1\n", b"2\n"]


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_a_file_that_was_cut_off_or_damaged_is_bad_input(tmp_path: Path, kind: str, damage: str) -> None:
    packed = PACKED[kind](random.Random(0).randbytes(100_000).hex().encode())
    path = tmp_path / f"events.{kind}"
    path.write_bytes(packed[:-500] if damage == "cut" else packed[:30_000] + bytes(300) + packed[30_300:])
    with pytest.raises(BadInputError, match=rf"events\.{kind}: damaged"), lines_of(str(path)) as lines:
        list(lines)


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(BOM_UTF8 + EVENT)
    with lines_of(str(tmp_path / "a")) as lines:
        assert list(letters(lines, as_is=False)) == [Letter(b"a-1", EVENT)]


def test_no_such_file(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = command("send", "/no/such.ndjson")
    assert (ended.code, ended.err) == (2, "personawatch send: /no/such.ndjson: No such file or directory\n")
