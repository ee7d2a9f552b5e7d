"""Header names that are not UTF-8: the broker takes them, so they must not stop a partition."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchBuilderPy
from aiokafka.structs import TopicPartition
from kafka.record import MemoryRecords

from streams.runtime.header_names import _Records, read_any_by_kafka_python

GZIP = 1


class Odd(str):
    """A name that a client of another language may write."""

    __slots__ = ()

    def encode(self, *_how: str) -> bytes:
        return b"\xff\xfe" + str.encode(self)


def batch(first: int, names: list[str], compression: int = 0) -> bytes:
    builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, -1, 1 << 20)
    for number, name in enumerate(names):
        builder.append(number, 1_700_000_000_000, b"key", b"value %d" % number, [(name, b"content"), (name, None)])
    raw = bytearray(builder.build())
    raw[:8] = first.to_bytes(8, "big")  # outside of what the checksum covers, as a broker sets it
    return bytes(raw)


def read(raw: bytes, start: int = 0) -> list[Any]:
    return list(PartitionRecords(TopicPartition("t", 0), _Records(raw), None, start, None, None, True, 0))


@pytest.mark.parametrize("compression", [0, GZIP])
def test_a_name_that_is_not_utf8_stops_nothing(compression: int) -> None:
    middle = batch(2, ["fine", Odd("name"), "after"], compression)
    raw = batch(0, ["before", "too"], compression) + middle + batch(5, ["last"], compression)
    with pytest.raises(UnicodeDecodeError):
        list(DefaultRecordBatch(batch(0, [Odd("name")], compression)))  # or this file has no reason to be
    found = read(raw)
    assert [record.offset for record in found] == [0, 1, 2, 3, 4, 5]
    assert [record.value for record in found] == [
        b"value 0",
        b"value 1",
        b"value 0",
        b"value 1",
        b"value 2",
        b"value 0",
    ]
    assert found[3].headers == (("\\xff\\xfename", b"content"), ("\\xff\\xfename", None))
    assert found[4].headers == (("after", b"content"), ("after", None))
    assert [record.offset for record in read(middle, 3)] == [3, 4]


def test_what_is_fine_is_read_as_ever() -> None:
    raw = batch(0, ["ü", "b"]) + batch(2, ["c"])
    assert [record.headers[0] for record in read(raw)] == [("ü", b"content"), ("b", b"content"), ("c", b"content")]
    assert read(raw[:-1]) == read(raw)[:2]  # an answer may end within a batch
    assert read(b"") == []


def test_commands_read_on_too() -> None:
    raw = batch(0, ["fine", Odd("name"), "after"], GZIP)
    read_any_by_kafka_python()
    read_any_by_kafka_python()  # every consumer that is made asks for it
    found = list(MemoryRecords(raw).next_batch())
    assert [record.value for record in found] == [b"value 0", b"value 1", b"value 2"]
    assert [record.headers[0][0] for record in found] == ["fine", "\\xff\\xfename", "after"]
