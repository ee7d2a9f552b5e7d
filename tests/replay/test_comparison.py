"""Comparison of two runs' alerts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from streams.detection.alert import Alert
from streams.replay.comparison import Comparison, compare
from streams.replay.comparison_text import lines_of
from tests.cli.conftest import GOLDEN

ONE = msgspec.json.decode((GOLDEN / "alert.json").read_bytes(), type=Alert)


def like(alert_id: str, *accounts: str, **fields: object) -> Alert:
    subject = msgspec.structs.replace(ONE.subject, account_ids=accounts, accounts=len(accounts))
    return msgspec.structs.replace(ONE, **{"alert_id": alert_id, "subject": subject, **fields})


def kinds(comparison: Comparison) -> list[tuple[str, str]]:
    return [(change.kind, change.alert_id) for change in comparison.changes]


def test_the_same_is_no_change() -> None:
    assert compare([ONE], [ONE]).changes == ()
    # a later revision of the same verdict is the same alert
    assert compare([ONE], [msgspec.structs.replace(ONE, revision=ONE.revision + 1)]).changes == ()


def test_added_removed_changed() -> None:
    before = [like("a", "1"), like("b", "2"), like("c", "3")]
    after = [like("b", "2"), like("c", "3", tier="watch", score=1.5), like("d", "4")]
    comparison = compare(before, after)
    assert kinds(comparison) == [("added", "d"), ("removed", "a"), ("changed", "c")]
    added, removed, changed = comparison.changes
    assert (added.tier, removed.tier) == (("none", ONE.tier), (ONE.tier, "none"))
    assert (added.score, removed.score, changed.score) == ((0.0, ONE.score), (ONE.score, 0.0), (ONE.score, 1.5))


def test_each_finding_has_its_alerts_before_and_after() -> None:
    first, second, *_ = ONE.evidence
    before = [like("a", "1", evidence=(first,)), like("b", "2", evidence=(first,))]
    comparison = compare(before, [like("a", "1", evidence=(first, second))])
    assert comparison.indicators == {first.indicator: (2, 1), second.indicator: (0, 1)}


def test_what_is_over_is_gone() -> None:
    assert kinds(compare([like("a", "1")], [like("a", "1", status="retracted", tier="none")])) == [("removed", "a")]


def test_evidence_gained_lost_and_weighed_anew() -> None:
    first, *rest = ONE.evidence
    less: Sequence[object] = [msgspec.structs.replace(first, confidence=0.01, contribution=0.5), *rest[1:]]
    (change,) = compare([like("a", "1")], [like("a", "1", evidence=tuple(less))]).changes
    assert change.evidence_lost == (rest[0].indicator,)
    assert change.evidence_changed[0].contribution == (first.contribution, 0.5)
    (back,) = compare([like("a", "1", evidence=tuple(less))], [like("a", "1")]).changes
    assert back.evidence_gained == change.evidence_lost


def test_a_case_that_began_at_another_account_is_the_same_case() -> None:
    comparison = compare([like("a", "1", "2", "3"), like("b", "9")], [like("x", "2", "3"), like("y", "9")])
    assert kinds(comparison) == [("changed", "x")]
    assert comparison.changes[0].accounts_lost == ("1",)


def test_table_fits_a_terminal_and_obeys_no_id() -> None:
    many = [f"account-{number:04}" for number in range(40)]
    lines = lines_of(compare([], [like("a\x1b[31m", *many), like("b", "1" * 70)]))
    assert max(map(len, lines)) <= 110
    assert "\x1b" not in "".join(lines)
    assert lines[0] == "0 alerts before, 2 after: 2 added, 0 removed, 0 changed"
    assert "and 37 more" in "\n".join(lines)


@pytest.mark.parametrize(
    ("field", "by", "changed"),
    [
        ("contribution", 0.04, False),
        ("contribution", -0.05, True),
        ("confidence", 0.001, False),
        ("confidence", -0.002, True),
    ],
)
def test_a_difference_of_rounding_is_no_change(field: str, by: float, *, changed: bool) -> None:
    first, *rest = ONE.evidence
    moved = msgspec.structs.replace(first, **{field: round(getattr(first, field) + by, 3)})
    assert bool(compare([ONE], [msgspec.structs.replace(ONE, evidence=(moved, *rest))]).changes) is changed


@pytest.mark.parametrize(("by", "changed"), [(0.04, False), (0.1, True)])
def test_nor_is_one_of_the_score(by: float, *, changed: bool) -> None:
    assert bool(compare([ONE], [msgspec.structs.replace(ONE, score=ONE.score - by)]).changes) is changed
