from __future__ import annotations

import gzip
import io
import sys
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


def test_no_such_file(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = command("send", "/no/such.ndjson")
    assert (ended.code, ended.err) == (2, "personawatch send: /no/such.ndjson: No such file or directory\n")
