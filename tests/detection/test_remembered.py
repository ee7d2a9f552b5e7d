"""Raw events kept for a closed day are the same in whatever order they came."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from enrichers.enriched import Origin
from streams.detection.messages import Ref
from streams.detection.remembered import DAYS, forget, recall, remember
from streams.detection.windows import DAY

KEY = "named_vpn_operator"
SOURCE = Origin("login-events", 0, 7)
events = st.lists(
    st.tuples(st.integers(0, 9 * DAY), st.sampled_from("abc")).map(lambda told: Ref(*told, SOURCE)), max_size=30
)


def kept(seen: list[Ref]) -> dict[str, list[Ref]]:
    refs: dict[str, list[Ref]] = {}
    for ref in seen:
        remember(refs, KEY, ref)
    return refs


@given(events, st.randoms(use_true_random=False))
def test_any_order_and_repeats_keep_the_newest_of_the_newest_days(seen: list[Ref], rng: random.Random) -> None:
    shuffled = [*seen, *seen[::2]]
    rng.shuffle(shuffled)
    newest: dict[int, Ref] = {}
    for ref in sorted(seen):
        newest[ref.ts // DAY] = ref
    expected = sorted(newest.values())[-DAYS:]
    assert kept(shuffled).get(KEY, []) == kept(sorted(seen)).get(KEY, []) == expected


def test_a_closed_day_names_three_days_and_nothing_of_the_open_one() -> None:
    refs = kept([Ref(day * DAY + hour, f"{day}-{hour}") for day in range(6) for hour in (1, 2, 3)])
    assert [ref.event_id for ref in recall(refs, KEY, 5 * DAY - 1)] == ["2-3", "3-3", "4-3"]
    assert [ref.event_id for ref in recall(refs, KEY, 4 * DAY + 3)] == ["2-3", "3-3", "4-3"]
    forget(refs, 5 * DAY + 3)
    assert refs
    forget(refs, 5 * DAY + 4)
    assert not refs
