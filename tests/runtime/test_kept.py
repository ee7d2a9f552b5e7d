"""What a broker no longer has, at the edges."""

from __future__ import annotations

import pytest
from faust.types import TP

from streams.runtime.kept import Kept, cut_off, missed

HERE, THERE = TP("t", 0), TP("t", 1)


@pytest.mark.parametrize(("wanted", "gone"), [(4, 6), (9, 1), (10, 0), (15, 0)])
def test_records_before_the_oldest_that_is_kept_are_gone(wanted: int, gone: int) -> None:
    assert missed(wanted, Kept(10, 20)) == gone


def test_a_topic_may_end_at_what_is_committed_and_not_before() -> None:
    kept = {HERE: Kept(0, 20), THERE: Kept(0, 5)}
    assert cut_off({HERE: 20, THERE: 0}, kept) is None
    assert "t/0 ends at 20 and the group has committed 21" in str(cut_off({HERE: 21, THERE: 5}, kept))
