"""Files as one stream of records: NDJSON, packed or not, standard input, several files one after the other."""

from __future__ import annotations

import glob
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from schemas.decoder import DecodeLimits
from streams.cli.outcome import BadInputError
from streams.cli.text import minute
from streams.detection.timestamps import rfc3339
from streams.detection.windows import SESSION_LATENESS
from streams.replay.lines import Reading, Recorded
from streams.replay.unpacking import PackedError, unpacked

STDIN = "-"
LONGEST = 2 * DecodeLimits().max_record_bytes
"""Of a longer line only the beginning is kept, which the decoder refuses by its length: no file can fill the memory."""


class FileStream:
    """One stream: its files are read one after the other, each only when it is its turn."""

    def __init__(self, names: list[str], reading: Reading) -> None:
        """Raises BadInputError when a file is not there."""
        self._names = names
        self._reading = reading
        self._read = 0
        self._ended = "", -1
        """The newest record of all files so far, and in which of them it was."""
        self._last = -1
        self._open: BinaryIO | None = None
        sizes = [_size(name) for name in names]
        self.size: int | None = None if None in sizes else sum(size or 0 for size in sizes)
        """Bytes as they lie on the disk, or None when nobody knows."""

    gone = 0
    """Nothing is missing from a file that can be read to its end."""

    def streams(self) -> list[FileStream]:
        """All files together are one stream."""
        return [self]

    def close(self) -> None:
        """Nothing is held open between reads."""

    def done(self) -> int:
        """Bytes read so far."""
        return self._read + (self._open.tell() if self._open is not None and self.size is not None else 0)

    def records(self) -> Iterator[Recorded]:
        """Read every line. Raises BadInputError where a file ends in the middle."""
        for name in self._names:
            if name == STDIN:
                yield from self._lines(name, sys.stdin.buffer)
                continue
            try:
                with Path(name).open("rb") as raw:
                    self._open = raw
                    yield from self._following(name, self._lines(name, raw))
                    self._read += raw.tell() if self.size is not None else 0
                    self._open = None
            except OSError as error:
                if error.filename != name:
                    raise
                raise BadInputError(f"{name}: {error.strerror}") from error

    def _following(self, name: str, records: Iterator[Recorded]) -> Iterator[Recorded]:
        """Pass a file's records on, and say when it begins before the one before it ended: the order of names is not that of time."""
        if len(self._names) == 1:
            yield from records
            return
        before, ended = self._ended
        begun = False
        for recorded in records:
            at = recorded.record.timestamp
            if not begun and at != self._last:  # a line without a time has that of the line before it
                begun = True
                if at < ended - SESSION_LATENESS:
                    when, until = (f"{minute(rfc3339(ms))} UTC" for ms in (at, ended))
                    print(
                        f"warning: {name} begins at {when}, before {before} ends, at {until}: files follow by name",
                        file=sys.stderr,
                    )
            self._last = at
            if at > self._ended[1]:
                self._ended = name, at
            yield recorded

    def _lines(self, name: str, raw: BinaryIO) -> Iterator[Recorded]:
        read = self._reading.line
        number = 0
        try:
            for number, line in enumerate(lines(unpacked(raw)), 1):  # noqa: B007 (told when the next one fails)
                text = line.strip(b" \t\r\n")
                if text:
                    yield read(text)
        except PackedError as error:
            raise BadInputError(f"{name}: after line {number}: {error}") from error


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Split at line ends; a line longer than LONGEST is cut there, and a byte order mark before the first one is none of it."""
    mark: bytes | None = BOM_UTF8
    while line := stream.readline(LONGEST):
        rest = line
        while len(rest) == LONGEST and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST)
        if mark:
            line, mark = line.removeprefix(mark), None
        yield line


def matching(word: str) -> list[str]:
    """Name the files that a word stands for: itself, or those of a pattern, in the order of their names: day-2 before day-10."""
    if word == STDIN or not glob.has_magic(word) or Path(word).exists():
        return [word]
    names = glob.iglob(word, recursive=True)  # noqa: PTH207 (takes absolute patterns)
    found = sorted((name for name in names if Path(name).is_file()), key=_natural)
    if not found:
        raise BadInputError(f"{word}: no file has such a name")
    return found


def _natural(name: str) -> tuple[list[str | int], str]:
    """Numbers in a name count as numbers; text and numbers alternate, so that like is held against like."""
    return [int(part) if place % 2 else part for place, part in enumerate(re.split("([0-9]+)", name))], name


def _size(name: str) -> int | None:
    if name == STDIN:
        return None
    path = Path(name)
    try:
        found = path.stat()
    except OSError as error:
        raise BadInputError(f"{name}: {error.strerror}") from error
    if path.is_dir():
        raise BadInputError(f"{name}: found a folder; expected a file, or a pattern such as '{path / '*.ndjson'}'")
    return found.st_size if path.is_file() else None
