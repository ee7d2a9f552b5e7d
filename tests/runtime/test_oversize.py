"""What becomes of a record that the broker does not take: a letter that fits and says where it came from."""

from __future__ import annotations

from typing import cast

import pytest
from aiokafka.errors import RecordListTooLargeError
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import decode_dead_letter
from streams.detection.stage import PlainRecord, SourceRecord, Stage
from streams.runtime.oversize import Cause, TooLarge, letter_for, smaller
from tests.kafka.toys import Count, Spread
from tests.runtime.test_delivery import Broker, delivery_on, outputs, run

MOST = 10_000
RECORDS = cast(
    "list[SourceRecord]",
    [PlainRecord("t-login-events", 3, 40 + n, 1000 + n, None, b"k%d " % n + b"x" * 20_000) for n in range(3)],
)


def cause(stage: Stage, noted: list[str] | None = None) -> Cause:
    return Cause(stage, "login-events", RECORDS, lambda: (noted if noted is not None else []).append("refused"))


def test_a_stage_without_states_names_the_record() -> None:
    noted: list[str] = []
    value = RECORDS[1].value or b""
    output = letter_for(TooLarge("t-enriched-events", 2, b"k1", value, cause(Spread(), noted)), MOST)
    letter = decode_dead_letter(output.value)
    assert (letter.topic, letter.partition, letter.offset) == ("t-login-events", 3, 41)
    assert (letter.stage, letter.reason, letter.meant_for) == ("enrich", "output_too_large", "t-enriched-events")
    assert (letter.record_timestamp_ms, letter.key, letter.raw_size) == (1001, b"k1", 20_003)
    assert "20003 bytes for t-enriched-events" in letter.detail
    assert value.startswith(letter.raw or b"-")
    assert MOST * 0.95 < len(output.key) + len(output.value) <= MOST
    assert noted == ["refused"]


def test_a_stage_with_states_names_the_partition() -> None:
    output = letter_for(TooLarge("t-links", 2, b"k1", b"v" * 20_000, cause(Count())), MOST)
    letter = decode_dead_letter(output.value)
    assert (letter.topic, letter.partition, letter.offset) == ("t-login-events", 3, -1)


def test_a_state_names_its_changelog() -> None:
    letter = decode_dead_letter(letter_for(TooLarge("app-changelog", 2, b"k", b"v" * 20_000, None), MOST).value)
    assert (letter.topic, letter.partition, letter.stage) == ("app-changelog", 2, "changelog")


def test_the_same_record_makes_the_same_letter() -> None:
    what = TooLarge("t-links", 2, b"k1", b"v" * 20_000, cause(Count()))
    assert letter_for(what, MOST) == letter_for(what._replace(cause=cause(Count())), MOST)


def test_a_refused_letter_is_cut_in_half_and_says_the_same() -> None:
    letter = letter_for(TooLarge("t-links", 2, b"k", b"v" * 20_000, None), MOST)
    cut = smaller(TooLarge("t-dead-letters", 0, letter.key, letter.value, None), MOST)
    assert cut is not None
    assert cut.key == letter.key
    assert len(letter.value) * 0.4 < len(cut.value) <= len(letter.value) // 2
    before, after = decode_dead_letter(letter.value), decode_dead_letter(cut.value)
    assert after.raw
    assert (before.raw or b"").startswith(after.raw)
    assert (after.raw_size, after.reason, after.meant_for) == (20_000, "output_too_large", "t-links")


@given(st.binary(max_size=3000), st.binary(max_size=60_000), st.integers(1000, 50_000))
def test_a_refused_letter_gets_smaller_until_nothing_is_left_to_cut(key: bytes, value: bytes, most: int) -> None:
    output = letter_for(TooLarge("t-links", 2, key, value, None), most)
    sizes = [len(output.value)]
    while (cut := smaller(TooLarge("t-dead-letters", 0, output.key, output.value, None), most)) is not None:
        output = cut
        sizes.append(len(output.value))
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)
    assert sizes[-1] < 700


def test_what_is_no_letter_is_given_up() -> None:
    assert smaller(TooLarge("t-dead-letters", 0, b"x", b"not json" * 1000, None), MOST) is None


def test_records_of_a_changelog_keep_their_epoch_when_they_are_too_large_together() -> None:
    async def work() -> None:
        broker = Broker(RecordListTooLargeError(), batch=2)
        delivery = delivery_on(broker)
        await delivery.settle(await delivery.send_to("app-changelog", 2, [(b"a", b"1"), (b"b", None)], 77))
        assert broker.logs["app-changelog", 2] == [(77, b"a", b"1"), (77, b"b", None)]

    run(work())


@pytest.mark.parametrize(("most", "taken"), [(10, [b"5678"]), (9, [])])
def test_a_key_is_part_of_a_records_size_and_the_limit_is_allowed(most: int, taken: list[bytes]) -> None:
    async def work() -> None:
        broker = Broker()
        delivery = delivery_on(broker, most=most)
        await delivery.settle(await delivery.send(outputs(b"5678", key=b"123456")))
        assert broker.values("t-links") == taken

    run(work())
