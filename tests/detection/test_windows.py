"""Windows inside the state: unions and maxima, so that order and duplicates cannot matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.detection.windows import WIDTH, Presence, touch

BUCKETS = st.lists(st.integers(min_value=1000, max_value=1000 + WIDTH - 1), min_size=1, max_size=80)


def presence(buckets: list[int]) -> Presence:
    seen = Presence(buckets[0])
    for bucket in buckets[1:]:
        seen.mark(bucket)
    return seen


@given(BUCKETS, st.randoms())
def test_presence_is_the_same_in_any_order(buckets: list[int], random: object) -> None:
    shuffled = list(buckets)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert presence(shuffled) == presence(buckets)
    assert presence(buckets + buckets) == presence(buckets)


@given(BUCKETS, st.integers(min_value=900, max_value=1100), st.integers(min_value=0, max_value=80))
def test_presence_counts_what_a_set_counts(buckets: list[int], first: int, length: int) -> None:
    seen = presence(buckets)
    assert seen.buckets() == sorted(set(buckets))
    assert seen.count(first, first + length) == len({bucket for bucket in buckets if first <= bucket <= first + length})


def test_presence_forgets_what_lies_beyond_its_horizon() -> None:
    seen = Presence(10)
    seen.mark(10 + WIDTH)
    for bucket in (9, 10):
        seen.mark(bucket)
    assert seen.buckets() == [10 + WIDTH]
    assert seen.mask < 2**63


def test_touch_keeps_last_seen_and_evicts_the_stalest() -> None:
    seen: dict[str, int] = {}
    assert not touch(seen, "a", 1, 2)
    assert not touch(seen, "b", 2, 2)
    assert not touch(seen, "a", 3, 2)
    assert touch(seen, "c", 4, 2), "b made room"
    assert seen == {"a": 3, "c": 4}
    assert not touch(seen, "c", 1, 2)
    assert seen["c"] == 4
