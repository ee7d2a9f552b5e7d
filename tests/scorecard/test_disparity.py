"""The disparity table: ratios, what asks for a review, and what is never shown (REQ-F06)."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.explain.page import plain
from streams.scorecard.disparity import MINIMUM_CELL, disparity
from streams.scorecard.run import score
from streams.scorecard.scorecard import Cohort, Disparity
from streams.scorecard.text import sections
from streams.scorecard.truth import Known, Truth
from tests.explain.conftest import configured
from tests.scorecard.conftest import card, recorded, stream, truths

NOTHING = Known({}, {})


def table(sizes: dict[str, tuple[int, int]], known: Known = NOTHING) -> tuple[Disparity, dict[str, Cohort]]:
    """Cohort → (accounts, those with a review)."""
    cohorts = {f"{name}-{place}": name for name, (size, _) in sizes.items() for place in range(size)}
    reached = {f"{name}-{place}": "review" for name, (_, alerted) in sizes.items() for place in range(alerted)}
    made = disparity(cohorts, {account: set() for account in cohorts}, reached, known)
    return made, {row.cohort: row for row in made.cohorts}


def test_ratio_is_against_the_others() -> None:
    _, rows = table({"a": (100, 10), "b": (200, 10), "c": (100, 5)})
    assert (rows["a"].alerted, rows["a"].ratio, rows["a"].review_rule) == (0.1, 2.0, True)
    assert rows["c"].ratio == pytest.approx(0.05 / (20 / 300), abs=0.001)
    assert rows["c"].review_rule


@pytest.mark.parametrize(
    ("alerted", "asks"), [(80, False), (79, True), (100, False), (125, False), (126, True), (0, True)]
)
def test_asks_for_a_review_outside_four_fifths_and_five_quarters(alerted: int, asks: bool) -> None:
    _, rows = table({"a": (1000, alerted), "b": (1000, 100)})
    assert rows["a"].review_rule is asks


def test_no_alert_elsewhere_has_no_ratio_and_asks() -> None:
    _, rows = table({"a": (50, 1), "b": (50, 0)})
    assert (rows["a"].ratio, rows["a"].review_rule) == (None, True)
    assert (rows["b"].ratio, rows["b"].review_rule) == (0.0, True)


def test_one_cohort_alone_is_compared_with_nobody() -> None:
    _, rows = table({"a": (50, 10)})
    assert (rows["a"].ratio, rows["a"].review_rule) == (None, False)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 60), min_size=2), st.data())
def test_a_small_cohort_is_named_and_changes_nothing_else(sizes: dict[str, int], data: st.DataObject) -> None:
    counts = {name: (size, data.draw(st.integers(0, size))) for name, size in sizes.items()}
    _, rows = table(counts)
    small = {name for name, size in sizes.items() if size < MINIMUM_CELL}
    for name in small:
        assert rows[name] == Cohort(name, suppressed=True)
        assert set(msgspec.to_builtins(rows[name]).values()) == {name, True, False, None}
    _, without = table({name: count for name, count in counts.items() if name not in small})
    assert {name: row for name, row in rows.items() if name not in small} == without


def test_shares_within_a_cohort_need_a_cell_of_their_own() -> None:
    """40 accounts of which 19 have a truth: their false positives are not shown; with 20 they are."""
    for number, shown in ((19, None), (20, 0.25)):
        known = Known({f"a-{place}": Truth("benign") for place in range(number)}, {})
        _, rows = table({"a": (40, 5), "b": (40, 5)}, known)
        assert rows["a"].false_positives == shown
        decisions = {f"a-{place}": "cleared" if place % 2 else "confirmed_pattern" for place in range(number)}
        _, rows = table({"a": (40, 30), "b": (40, 5)}, Known({}, decisions))
        assert rows["a"].cleared == (None if shown is None else 0.5)


def test_accounts_outside_every_cohort_are_told_unless_few() -> None:
    for outside, told in ((0, 0), (19, None), (20, 20)):
        fired: dict[str, set[str]] = {f"x-{place}": set() for place in range(outside)}
        assert disparity({}, fired, {}, NOTHING).without_cohort == told


def test_an_uneven_indicator_is_named() -> None:
    cohorts = {f"{name}-{place}": name for name in "ab" for place in range(40)}
    fired = {account: {"marathon_session"} if account in ("a-0", "a-1", "b-0") else set() for account in cohorts}
    (first, second) = disparity(cohorts, fired, {}, NOTHING).uneven
    assert (first.cohort, first.share, first.others, first.ratio) == ("a", 0.05, 0.025, 2.0)
    assert (second.cohort, second.ratio) == ("b", 0.5)


def test_of_a_real_stream() -> None:
    """Ordinary people against the stories: 24 and 6 accounts, so that the six are suppressed, in text and JSON."""
    groups = {account: "ordinary" if account.startswith("bg-") else "newcomers" for account in truths()}
    measured = score(configured(), recorded(stream()), truths(), groups)
    assert measured.disparity is not None
    ordinary, newcomers = sorted(measured.disparity.cohorts, key=lambda row: row.suppressed)
    assert (ordinary.accounts, ordinary.alerted, ordinary.ratio) == (24, 0.0, None)
    assert newcomers == Cohort("newcomers", suppressed=True)
    assert json.loads(msgspec.json.encode(newcomers))["accounts"] is None
    lines = plain(sections(measured))
    assert "  newcomers             suppressed: fewer than 20 accounts" in lines
    assert msgspec.structs.replace(measured, disparity=None) == card()
