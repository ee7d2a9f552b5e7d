from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.catalogue.model import Indicator
from streams.detection.wording import notes
from streams.detection.wording.linter import lint
from streams.detection.wording.phrases import STEP_ORDER, WELFARE
from streams.detection.wording.summary import DISCLAIMER, sentence, summary, title
from streams.detection.wording.views import EvidenceView


def indicator(name: str = "one", **fields: Any) -> Indicator:
    fields = {"title": f"Title of {name}", "sentence": "{count} things of " + name + " happened.", **fields}
    return Indicator(id=name, weight=20, scope="window", sources=("X",), **fields)


def view(name: str, contribution: float, **fields: Any) -> EvidenceView:
    return EvidenceView(indicator(name, **fields), 1.0, contribution, 0, 1, 1, {"count": 4})


VIEWS = [view("one", 10), view("two", 30), view("three", 20), view("four", 20)]


def test_a_summary_says_the_strongest_and_ends_with_the_disclaimer() -> None:
    assert summary("review", 72.4, VIEWS, 1) == (
        "4 things of two happened. 4 things of four happened. The evidence on this account adds up to 72 of 100, with "
        "2 more findings in the list; the account holder may be a victim, and there may be an innocent explanation. "
        + DISCLAIMER
    )


@given(st.permutations(VIEWS))
def test_the_same_evidence_gives_the_same_words(order: list[EvidenceView]) -> None:
    assert summary("watch", 50, order, 3) == summary("watch", 50, VIEWS, 3)
    assert notes.suggested_steps(order, "review") == notes.suggested_steps(VIEWS, "review")


@given(
    st.sampled_from(["none", "watch", "review", "priority", "else"]),
    st.lists(st.sampled_from(VIEWS)),
    st.integers(1, 9),
)
def test_every_summary_has_two_to_four_sentences_and_passes_the_linter(
    tier: str, views: list[EvidenceView], members: int
) -> None:
    text = summary(tier, 50, views, members)
    assert 2 <= text.count(".") <= 4
    assert lint({"summary": text, "title": title(tier, ["money", "network"])}) == []


def test_a_title_says_urgency_and_areas() -> None:
    assert title("review", ["network", "money"]) == (
        "Review: parts of this account do not fit together (payouts and network access)"
    )
    assert title("watch", []) == "Watch: something is unusual, and it is not enough for a case"


@pytest.mark.parametrize(
    ("template", "numbers", "expected"),
    [
        ("{a} of {b}.", {"a": 3, "b": 4}, "3 of 4."),
        ("{a} logins.", {}, "an unknown number of logins."),
        ("{a:.1f} km.", {"a": 2.345}, "2.3 km."),
        ("{a:.1f} km.", {"a": "far"}, "far km."),
        ("{a} part.", {"a": 0.5}, "0.5 part."),
        ("{a} used.", {"a": ["x", "y", "z"]}, "x, y and z used."),
        ("{a.__class__} {b[0]}.", {"a": 1, "b": [1]}, "an unknown number of an unknown number of."),
        ("{broken", {}, "Title of one."),
        ("", {}, "Title of one."),
    ],
)
def test_a_sentence_never_raises(template: str, numbers: dict[str, Any], expected: str) -> None:
    assert sentence(indicator(sentence=template), numbers) == expected


@given(st.text(), st.dictionaries(st.text(max_size=3), st.none() | st.integers() | st.text() | st.floats()))
def test_a_sentence_survives_anything(template: str, numbers: dict[str, Any]) -> None:
    assert isinstance(sentence(indicator(sentence=template), numbers), str)


STEPS = ("Hold new contracts.", "Protect the client.", "Re-verify the owner.", "Ask the owner.", "Decide with others.")


def test_steps_are_ordered_by_harm() -> None:
    found = notes.suggested_steps([view("one", 10, steps=STEPS)], "priority")
    ranks = [STEP_ORDER[step.split()[0].lower()] for step in found]
    assert ranks == sorted(ranks)
    assert found[0].startswith("Ask")
    assert "second person" in found[-1]


@pytest.mark.parametrize(("tier", "most"), [("none", 1), ("watch", 2), ("review", 3), ("priority", 4)])
def test_a_tier_suggests_no_more_harm_than_it_may(tier: str, most: int) -> None:
    found = notes.suggested_steps([view("one", 10, steps=STEPS)], tier)
    assert found
    assert max(STEP_ORDER[step.split()[0].lower()] for step in found) <= most


def test_innocent_explanations_alternate_between_indicators() -> None:
    views = [view("one", 10, innocent=("a", "b")), view("two", 20, innocent=("c", "a", "d"))]
    assert notes.innocent(views) == ["c", "a", "b", "d"]


def test_welfare_only_when_asked_for() -> None:
    assert notes.welfare(VIEWS) is None
    assert notes.welfare([view("one", 0.1, welfare=True)]) == WELFARE


def test_victims_by_role_without_repeats() -> None:
    views = [view("one", 10, victims=("client", "recipient")), view("two", 20, victims=("client", "guest"))]
    found = notes.victims(views)
    assert [text.split(":")[0].lower() for text in found] == ["client", "guest", "recipient"]


def test_the_checklist_grows_with_what_is_at_stake() -> None:
    plain = notes.checklist([view("one", 10)], "review")
    grave = notes.checklist([view("one", 10, hard=True, protective=True, welfare=True)], "priority")
    assert grave[: len(plain)] == plain
    assert len(grave) == len(plain) + 4
    assert "second person" in grave[-1]


def test_unknowns_and_data_quality_are_sentences() -> None:
    assert notes.unknowns(["payout_country", "payout_country", "shoe_size"]) == [
        "No country of a payout account is known.",
        "Not known: shoe size.",
    ]
    assert notes.data_quality(["late_events:2", "late_events:10", "odd"]) == [
        "10 events arrived later than allowed and were only counted where they still fit.",
        "odd.",
    ]
