"""Records whose header names are not UTF-8: the protocol says they are, no broker looks, and the clients' readers raise on one for ever.

We use no header's name but CloudEvents', so such a name is read with its strange bytes written out, and the record goes its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class _Bytes(bytearray):
    """Bytes whose slices decode whatever they are."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Bytes(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        """As text; a byte that is none is written out."""
        return super().decode(encoding, errors)


class _PatientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final in the stubs only
    """aiokafka's reader in Python, on bytes that always decode: many times slower than the one in C."""

    _buffer: bytearray

    def _read_msg(self, *varint: Any) -> Any:
        if type(self._buffer) is not _Bytes:
            self._buffer = _Bytes(self._buffer)
        return super()._read_msg(*varint)


class _Batch:
    """A batch as the reader in C gives it; its records from the patient reader when that one raises."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        # The whole batch at once: a generator would be asked again for every record.
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            return iter(_PatientBatch(self._raw))


class _Records(_MemoryRecordsPy):  # type: ignore[misc]  # final in the stubs only
    """What one answer of a broker has of one partition."""

    def next_batch(self, *offsets: Any) -> Any:
        """The next batch, or None."""
        raw = self._next_slice
        batch = super().next_batch(*offsets)
        if raw is None or raw[self.MAGIC_OFFSET] < 2:  # older formats have no headers
            return batch
        return _Batch(batch, raw)


def read_any() -> None:
    """From now on aiokafka's consumers of this process read any header name."""
    fetcher.MemoryRecords = _Records


def read_any_by_kafka_python() -> None:
    """From now on kafka-python's consumers of this process read any header name, too."""
    from kafka.record.default_records import DefaultRecordBatch

    stock = DefaultRecordBatch._read_msg
    if getattr(stock, "reads_any", False):
        return

    def read_msg(batch: Any) -> Any:
        try:
            return stock(batch)
        except UnicodeDecodeError:  # its place in the batch is as it was
            batch._buffer = _Bytes(batch._buffer)
            return stock(batch)

    read_msg.reads_any = True  # type: ignore[attr-defined]  # marks the function, so that none is put around another
    DefaultRecordBatch._read_msg = read_msg
