from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.catalogue.model import Indicator
from streams.detection.wording import notes
from streams.detection.wording.linter import lint
from streams.detection.wording.phrases import STEP_ORDER, WELFARE
from streams.detection.wording.summary import DISCLAIMER, sentence, standing, summary, title
from streams.detection.wording.views import EvidenceView


def indicator(name: str = "one", **fields: Any) -> Indicator:
    fields = {"title": f"Title of {name}", "sentence": "{count} things of " + name + " happened.", **fields}
    return Indicator(id=name, weight=20, scope="window", sources=("X",), **fields)


def view(name: str, contribution: float, *facts: str, **fields: Any) -> EvidenceView:
    return EvidenceView(indicator(name, **fields), 1.0, contribution, 0, 1, 1, {"count": 4}, facts)


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
    st.sampled_from(["none", "expired", "joined", "watch", "review", "priority", "else"]),
    st.lists(st.sampled_from([*VIEWS, view("five", 0, "The one fact."), view("six", 7, "The other.", "A third.")])),
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
        "Review: parts of this account do not fit together (payouts, network access)"
    )
    assert title("review", ["device", "network", "identity"]).endswith(
        "(sessions and devices, identity and profile, network access)"
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
        ("{a:device|devices}.", {"a": 1}, "1 device."),
        ("{a:device|devices}.", {"a": 2}, "2 devices."),
        ("{a:device|devices}.", {"a": 1.0}, "1 device."),
        ("{a:device|devices}.", {"a": 1.25}, "1.25 devices."),
        ("{a:device|devices}.", {}, "an unknown number of devices."),
        ("{a:device|devices}.", {"a": "several"}, "several devices."),
        ("{a:method of the account is|methods of the account are} new.", {"a": 1}, "1 method of the account is new."),
        ("", {}, "Title of one."),
    ],
)
def test_a_sentence_never_raises(template: str, numbers: dict[str, Any], expected: str) -> None:
    assert sentence(indicator(sentence=template), numbers) == expected


@given(st.text(), st.dictionaries(st.text(max_size=3), st.none() | st.integers() | st.text() | st.floats()))
def test_a_sentence_survives_anything(template: str, numbers: dict[str, Any]) -> None:
    assert isinstance(sentence(indicator(sentence=template), numbers), str)


STEPS = ("Hold new contracts.", "Protect the client.", "Re-verify the owner.", "Ask the owner.", "Decide with others.")


def ranks(steps: list[str]) -> list[int]:
    return [STEP_ORDER[step.split()[0].lower()] for step in steps]


def test_steps_are_ordered_by_harm() -> None:
    found = notes.suggested_steps([view("one", 10, steps=STEPS)], "priority")
    assert ranks(found) == sorted(ranks(found))
    assert found[0].startswith("Ask")
    assert "second person" in found[-1]


@pytest.mark.parametrize("tier", ["watch", "review", "priority"])
def test_what_nobody_notices_comes_before_any_contact(tier: str) -> None:
    """S09 and S01 began with asking everybody, and said five steps later that nobody need be contacted."""
    steps = ("Re-verify the owner.", "Ask the owner.", "Compare names.", "Read it twice.")
    found = notes.suggested_steps([view("one", 10, steps=steps)], tier)
    assert ranks(found) == sorted(ranks(found))
    assert [step for step in found if step in steps[2:]] == [step for step in found if ranks([step]) == [0]][-2:]


def test_a_watch_entry_first_says_that_nobody_need_be_contacted() -> None:
    found = notes.suggested_steps([view("one", 10, steps=("Ask the owner.", "Compare names."))], "watch")
    assert "nobody need be contacted" in found[0]
    assert found[1:] == ["Compare names.", "Ask the owner."]


def test_a_question_is_not_dropped_for_one_more_look() -> None:
    steps = ("Ask through the data on file.", *(f"Compare part {number}." for number in range(9)))
    assert "Ask through the data on file." in notes.suggested_steps([view("one", 10, steps=steps)], "review")


@pytest.mark.parametrize("tier", ["watch", "review", "priority"])
def test_no_indicator_suggests_to_restrict_by_itself(tier: str) -> None:
    steps = ("Restrict the account.", "Close it.", "Decide alone.")
    found = notes.suggested_steps([view("one", 10, steps=steps)], tier)
    assert set(found).isdisjoint(steps)
    restricting = [step for step in found if ranks([step]) == [max(STEP_ORDER.values())]]
    assert [("second person" in step) for step in restricting] == ([True] if tier == "priority" else [])


@pytest.mark.parametrize(("tier", "most"), [("none", 0), ("watch", 3), ("review", 4), ("priority", 5)])
def test_a_tier_suggests_no_more_harm_than_it_may(tier: str, most: int) -> None:
    """Looking has a rank of its own below asking: 3 is to protect clients, 4 to hold contracts, 5 to decide on a restriction."""
    found = notes.suggested_steps([view("one", 10, steps=STEPS)], tier)
    assert found
    assert max(ranks(found)) <= most


PROVEN = "Within the last 180 days the person was verified live."


def test_what_was_taken_back_is_not_told_again() -> None:
    """T5: the hand-over is explained by a live proof, and what else there is makes no case."""
    views = [view("weak", 17.0), view("moved", 0.0, PROVEN)]
    assert summary("none", 17.0, views, 1) == (
        "Taken back: within the last 180 days the person was verified live. What is left of the evidence on this account "
        f"adds up to 17 of 100, too little for a case. {DISCLAIMER}"
    )
    assert notes.suggested_steps([], "none") == [
        "Nothing further is needed; tell the account holder if they were asked."
    ]
    assert notes.checklist([], "none") == []


def test_what_only_faded_says_so() -> None:
    assert summary("none", 30.0, [view("one", 30.0)], 2).startswith(
        "Taken back: the evidence has faded, or was itself taken back. What is left of the evidence on these 2 linked"
    )
    assert "Nothing that still counts is left" in summary("none", 0.0, [view("one", 0.01)], 1)


def test_the_facts_that_explain_a_finding_wholly_come_first() -> None:
    views = [view("one", 9.0, "A third lowers it."), view("two", 0.0, "It was declared.", PROVEN)]
    text = summary("none", 9.0, views, 1)
    assert text.startswith(
        "Taken back: it was declared. Besides, within the last 180 days the person was verified live. "
    )


def test_a_finding_that_a_fact_explains_is_not_told_as_one() -> None:
    text = summary("watch", 50.0, [view("one", 50.0), view("two", 0.0, PROVEN)], 1)
    assert text == f"4 things of one happened. The evidence on this account adds up to 50 of 100. {DISCLAIMER}"


@pytest.mark.parametrize(
    ("tier", "status", "joined_to", "stands"),
    [
        ("review", "open", None, "review"),
        ("review", "resolved", None, "review"),
        ("none", "retracted", None, "none"),
        ("priority", "retracted", None, "expired"),
        ("review", "retracted", "case-1", "joined"),
        ("review", "retracted", "", "expired"),
    ],
)
def test_an_end_is_not_a_tier(tier: str, status: str, joined_to: str | None, stands: str) -> None:
    assert standing(tier, status, joined_to) == stands


def test_an_expired_case_is_looked_at_once_more() -> None:
    """Decisive findings do not fade; nobody decided, so that `nothing further` would be wrong."""
    text = summary("expired", 85.0, [view("one", 85.0)], 1)
    assert "4 things of one happened." in text
    assert "nobody has decided" in text
    (step,) = notes.suggested_steps([view("one", 85.0, steps=STEPS)], "expired")
    assert step.startswith("Look")


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
    assert notes.data_quality(["late_events:1", "geo_radius_km:212.4", "geo_radius_km:90", "accounts_not_shown:1"]) == [
        "1 more linked account is left out: the group is too large, so what unrelated people seem to share ties nobody in it.",
        "An address could only be placed within 212 km; distances may be wrong by as much.",
        "1 event arrived later than allowed and was only counted where it still fits.",
    ]
