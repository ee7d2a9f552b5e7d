"""Label files: what they may say, and refusals that name file, line, what was found and what was expected."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.outcome import BadInputError
from streams.scorecard.checks import least
from streams.scorecard.truth import LABELS, Truth, cohorts, known, labels


def test_labels_and_decisions() -> None:
    found = labels(
        "f",
        [
            b'{"account_id":"a","label":"attack","expected_tier":"review","scenario":"S01"}\n',
            b"\n",
            b'{"account_id":"b","outcome":"cleared"}',
            b'{"account_id":"b","outcome":"victim","type":"case.disposition","event_id":"7"}',
            b'{"account_id":"c","label":"bystander"}',
        ],
    )
    assert found == {"a": Truth("attack", "review"), "b": Truth("victim"), "c": Truth("bystander")}
    assert [found[name].positive for name in "abc"] == [True, True, None]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{,}", "f: line 2: JSON is malformed"),
        (b"[]", "f: line 2: Expected `object`, got `array`"),
        (b'{"label":"attack"}', "f: line 2: Object missing required field `account_id`"),
        (b'{"account_id":"b"}', "f: line 2: label None, expected one of attack, background, benign"),
        (b'{"account_id":"b","label":"bad"}', "f: line 2: label 'bad', expected one of attack"),
        (b'{"account_id":"b","label":"attack","expected_tier":"high"}', "f: line 2: Invalid enum value 'high'"),
        (b'{"account_id":"a","label":"benign"}', "f: line 2: account 'a' has a label already"),
        (b"\xff", "f: line 2: "),
    ],
)
def test_refusals(line: bytes, says: str) -> None:
    with pytest.raises(BadInputError) as refused:
        labels("f", [b'{"account_id":"a","label":"attack"}', line])
    assert str(refused.value).startswith(says)


def test_a_label_speaks_louder_than_a_decision_before_or_after_it() -> None:
    lines = [b'{"account_id":"a","label":"attack","expected_tier":"review"}', b'{"account_id":"a","outcome":"cleared"}']
    assert labels("f", lines) == labels("f", reversed(lines)) == {"a": Truth("attack", "review")}


def test_also_in_another_file_and_of_two_labels_the_later_file_has_the_last_word() -> None:
    label, decision = b'{"account_id":"a","label":"attack"}', b'{"account_id":"a","outcome":"cleared"}'
    for files in ([label], [decision]), ([decision], [label]):
        labelled: set[str] = set()
        told = [labels("f", lines, labelled) for lines in files]
        assert told[0] | told[1] == {"a": Truth("attack")}
    labelled = set()
    told = [labels("f", [line], labelled) for line in (label, label.replace(b"attack", b"benign"))]
    assert told[0] | told[1] == {"a": Truth("benign")}


def test_a_cohort_is_one() -> None:
    assert cohorts("f", [b'{"account_id":"a","cohort":"x"}'] * 2) == {"a": "x"}
    with pytest.raises(BadInputError, match="f: line 2: account 'a' is in another cohort already"):
        cohorts("f", [b'{"account_id":"a","cohort":"x"}', b'{"account_id":"a","cohort":"y"}'])


@given(st.lists(st.binary(max_size=60)))
def test_whatever_a_file_holds_is_read_or_refused(lines: list[bytes]) -> None:
    for read in (labels, cohorts):
        with suppress(BadInputError):
            read("f", lines)


def test_a_decision_of_the_stream_is_a_truth_unless_there_is_a_label() -> None:
    found = known({"a": Truth("attack")}, {"a": "cleared", "b": "confirmed_pattern", "c": "unheard of"})
    assert found.truths == {"a": Truth("attack"), "b": Truth("confirmed_pattern")}
    assert found.decisions == {"a": "cleared", "b": "confirmed_pattern"}
    assert set(found.decisions.values()) <= LABELS


@pytest.mark.parametrize(
    "text", ["recall.review", "recall=1", "recall.none=1", "speed.review=1", "expected=2", "expected=x"]
)
def test_least_values_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        least(text)
    assert least("f1.priority=0.25") == ("f1.priority", 0.25)
