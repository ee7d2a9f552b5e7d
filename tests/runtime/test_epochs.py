"""What is made of a changelog's records: which of two counts, and what is remembered of it."""

from __future__ import annotations

from typing import Any

from streams.detection.stage import PlainRecord
from streams.runtime.table import DELETED, Held, apply


def record(offset: int, key: bytes, value: bytes, epoch: int) -> PlainRecord:
    return PlainRecord("c", 0, offset, epoch, key, value)


def test_newest_record_of_a_key_wins() -> None:
    held = Held()
    apply(held, [record(0, b"a", b"1", 5), record(1, b"b", b"1", 5), record(2, b"a", b"2", 5)])
    assert held.raw == {b"a": b"2", b"b": b"1"}
    assert held.offset == 2


def test_what_was_read_before_is_skipped() -> None:
    held = Held()
    apply(held, [record(5, b"a", b"new", 5)])
    apply(held, [record(4, b"a", b"old", 5), record(5, b"a", b"old", 5)])
    apply(held, [record(3, b"a", b"older", 5)])
    assert held.offset == 5
    assert held.raw == {b"a": b"new"}


def test_a_writer_that_lost_the_partition_replaces_nothing_newer() -> None:
    held = Held()
    apply(held, [record(0, b"a", b"owner", 20), record(1, b"a", b"sleeper", 10), record(2, b"b", b"sleeper", 10)])
    # Only of `b` nothing newer is known: losing it would be worse than holding it.
    assert held.raw == {b"a": b"owner", b"b": b"sleeper"}
    assert held.epoch == 20
    apply(held, [record(3, b"b", b"sleeper again", 10)])
    assert held.raw[b"b"] == b"sleeper again"


def test_any_split_of_the_changelog_gives_the_same() -> None:
    records: list[Any] = [record(n, b"k%d" % (n % 3), b"v%d" % n, 10 + n // 4 - (n % 5 == 4)) for n in range(20)]
    whole = Held()
    apply(whole, records)
    for size in (1, 2, 7):
        held = Held()
        for start in range(0, len(records), size):
            apply(held, records[start : start + size])
        assert held.raw == whole.raw


def test_a_copy_that_is_read_for_months_remembers_few_of_the_deleted_keys() -> None:
    held = Held()
    apply(held, [record(0, b"kept", b"owner", 20)])
    for number in range(1, 3 * DELETED):
        apply(held, [PlainRecord("c", 0, number, 20, b"k%d" % number, None)])
    assert len(held.epochs) <= DELETED + 2
    apply(held, [record(3 * DELETED, b"kept", b"sleeper", 10)])
    assert held.raw == {b"kept": b"owner"}
