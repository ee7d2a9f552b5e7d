"""Files as one stream of records: NDJSON, packed or not, standard input, several files one after the other."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from schemas.decoder import DecodeLimits
from streams.cli.outcome import BadInputError
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
                    yield from self._lines(name, raw)
                    self._read += raw.tell() if self.size is not None else 0
                    self._open = None
            except OSError as error:
                if error.filename != name:
                    raise
                raise BadInputError(f"{name}: {error.strerror}") from error

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
    """Split at line ends; a line longer than LONGEST is cut there."""
    while line := stream.readline(LONGEST):
        rest = line
        while len(rest) == LONGEST and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST)
        yield line


def matching(word: str) -> list[str]:
    """Name the files that a word stands for: itself, or those of a pattern, in the order of their names."""
    if word == STDIN or not glob.has_magic(word) or Path(word).exists():
        return [word]
    found = sorted(name for name in glob.iglob(word, recursive=True) if Path(name).is_file())  # noqa: PTH207 (takes absolute patterns)
    if not found:
        raise BadInputError(f"{word}: no file has such a name")
    return found


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
