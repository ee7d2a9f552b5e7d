"""A feed's file, opened with bounds: plain or gzip, read line by line or as one document."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from enrichers.feeds.statement import ListError, Notes

LONGEST_LINE = 1 << 20
"""Bytes: the longest object seen in a provider's NDJSON has 60 KB."""
LARGEST_DOCUMENT = 32 << 20
"""Bytes of a file that has to be decoded as a whole, for which up to 14 times its size is needed. Azure's has 5 MB."""
LARGEST_EXPANSION = 50
"""Times a gzip file may grow: lists grow 3 to 15 times, a bomb a thousand times."""
SMALL = 1 << 20
"""Bytes that any gzip file may become."""

Told = Callable[[int], None]


class Source:
    """One file. `dated` is its date by configuration or file system, for lists that count from their own day."""

    def __init__(self, path: Path, dated: date, told: Told = lambda _: None) -> None:
        self.path = path
        self.dated = dated
        self._told = told

    def sha256(self) -> str:
        """Hash of the file as it is on disk."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def lines(self, notes: Notes, longest: int = LONGEST_LINE) -> Iterator[tuple[int, str]]:
        """All lines with their numbers from 1, stripped, without empty ones. What is no text is rejected there."""
        with self._opened() as stream:
            number = 0
            while line := stream.readline(longest + 1):
                number += 1
                if len(line) > longest:
                    notes.reject(number, "too-long")
                    while line and not line.endswith(b"\n"):
                        line = stream.readline(longest)
                    continue
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                except UnicodeDecodeError:
                    notes.reject(number, "not-utf-8")
                    continue
                if text:
                    yield number, text

    def document(self) -> object:
        """The file as one JSON value. Raises ListError."""
        content = bytearray()
        with self._opened() as stream:
            while chunk := stream.read(1 << 20):
                content += chunk
                if len(content) > LARGEST_DOCUMENT:
                    raise ListError("size", f"more than {LARGEST_DOCUMENT:,} bytes", "a document that fits in memory")
        try:
            return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise ListError("format", f"no JSON ({error})", "one JSON document") from error

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        with self.path.open("rb") as file:
            raw = io.BufferedReader(_Told(file, self._told), 1 << 16)
            if not raw.peek(2).startswith(b"\x1f\x8b"):
                yield raw
                return
            bound = SMALL + LARGEST_EXPANSION * self.path.stat().st_size
            try:
                yield io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=raw), bound), 1 << 16)
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise ListError("gzip", f"a damaged archive ({error})", "a whole one") from error


class _Told(io.RawIOBase):
    """Says how many bytes of the file have been read."""

    def __init__(self, file: BinaryIO, told: Told) -> None:
        self._file = file
        self._tell = told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        self._tell(len(content))
        return len(content)


class _Bounded(io.RawIOBase):
    """Ends a gzip stream that becomes absurdly large."""

    def __init__(self, stream: gzip.GzipFile, bound: int) -> None:
        self._stream = stream
        self._left = bound

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._stream.read(len(buffer))
        buffer[: len(content)] = content
        self._left -= len(content)
        if self._left < 0:
            raise ListError("gzip", f"more than {LARGEST_EXPANSION} times its size unpacked", "a list, not a bomb")
        return len(content)


def looks_like(path: Path) -> str:
    """Say what a file is when it can be no list at all: empty or a web page. An empty text when it may be one."""
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 512)
        except zlib.error:
            return ""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return "an empty file"
    lower = start[:200].lower()
    if lower.startswith((b"<!doctype", b"<html")) or (lower.startswith(b"<") and b"html" in lower):
        return "a web page, probably of a failed download or a sign-in"
    return ""


def file_day(path: Path) -> date:
    """Day of the last change: what is known of a list that has no date of its own."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
