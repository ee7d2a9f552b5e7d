"""Packed files as streams of bytes, told by their first bytes; a file that was cut off is an error, never a shorter file."""

from __future__ import annotations

import gzip
import io
from typing import BinaryIO, cast

GZIP, ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
CHUNK = 256 * 1024
_BEGINNINGS = {magic[:size] for magic in (GZIP, ZSTANDARD) for size in range(1, len(magic))}


class PackedError(ValueError):
    """The packed bytes are damaged or end in the middle."""


def unpacked(raw: BinaryIO) -> io.BufferedReader:
    """The content of `raw`: gzip and Zstandard are unpacked, whatever the file is called. Reading may raise PackedError."""
    stream = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", raw))
    head = stream.peek(len(ZSTANDARD))
    if head in _BEGINNINGS:  # a pipe gives what there is
        head = stream.read(len(ZSTANDARD))
        stream = io.BufferedReader(_Behind(head, stream), CHUNK)
    if head.startswith(GZIP):
        return io.BufferedReader(_Gzip(stream), CHUNK)
    if head.startswith(ZSTANDARD):
        return io.BufferedReader(_Zstandard(stream), CHUNK)
    return stream


class _Behind(io.RawIOBase):
    """The first bytes, which had to be read, and the others behind them."""

    def __init__(self, head: bytes, others: io.BufferedReader) -> None:
        self._head = head
        self._others = others

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._head:
            return self._others.readinto1(buffer)
        size = min(len(buffer), len(self._head))
        buffer[:size] = self._head[:size]
        self._head = self._head[size:]
        return size


class _Gzip(io.RawIOBase):
    def __init__(self, packed: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            return self._file.readinto(buffer)
        except (EOFError, OSError, ValueError) as error:
            raise PackedError(f"damaged gzip: {error}") from error
        except Exception as error:  # zlib.error is derived from Exception alone
            if type(error).__module__ != "zlib":
                raise
            raise PackedError(f"damaged gzip: {error}") from error


class _Zstandard(io.RawIOBase):
    """One frame after the other. The library's own reader takes the end of the bytes for the end of a frame."""

    def __init__(self, packed: BinaryIO) -> None:
        from zstandard import ZstdDecompressor

        self._packed = packed
        self._decompressor = ZstdDecompressor
        self._frame = ZstdDecompressor().decompressobj()
        self._begun = False
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left:
            packed = self._packed.read(CHUNK)
            if not packed:
                if self._begun:
                    raise PackedError("damaged zstd: the file ends in the middle of a frame")
                return 0
            self._left = self._unpack(packed)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def _unpack(self, packed: bytes) -> bytes:
        from zstandard import ZstdError

        content = []
        try:
            while packed:
                content.append(self._frame.decompress(packed))
                self._begun = not self._frame.eof
                packed = self._frame.unused_data if self._frame.eof else b""
                if self._frame.eof:
                    self._frame = self._decompressor().decompressobj()
        except ZstdError as error:
            raise PackedError(f"damaged zstd: {error}") from error
        return b"".join(content)
