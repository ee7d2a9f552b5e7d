"""Expectations: faults of the file, all at once; bounds; what is unexpected."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.outcome import BadConfigurationError, BadInputError
from streams.detection.alert import Alert
from streams.replay.belonging import by_labels
from streams.replay.expectations import Bounds, Expectations, Expected, read_expectations
from streams.replay.judgement import judge, junit
from tests.cli.conftest import GOLDEN
from tests.detection.pipeline import catalogue

ONE = msgspec.json.decode((GOLDEN / "alert.json").read_bytes(), type=Alert)
ACCOUNT = ONE.subject.account_ids[0]
INDICATOR = ONE.evidence[0].indicator


def other(tier: str, status: str = "open", account: str = "else") -> Alert:
    subject = msgspec.structs.replace(ONE.subject, account_ids=(account,))
    return msgspec.structs.replace(ONE, alert_id=account, tier=tier, status=status, subject=subject, evidence=())


def expectations(text: str) -> Expectations:
    return msgspec.toml.decode(text, type=Expectations)


def outcome(text: str, *alerts: Alert, refused: int = 0) -> list[bool]:
    return [ruling.ok for ruling in judge(expectations(text), alerts, refused)]


@pytest.mark.parametrize(("scenario", "holds"), [("S05b", True), ("S05", True), ("S01", False)])
def test_a_scenario_is_told_by_generated_ids_or_by_labels(tmp_path: Path, scenario: str, holds: bool) -> None:
    asked = expectations(f'[[expect]]\nscenario = "{scenario}"\nexactly = 1\n')
    generated, other_id = other("review", account="s05b-0-a"), other("review", account="acct-1")
    assert judge(asked, [generated], 0)[0].ok is holds
    assert not judge(asked, [other_id], 0)[0].ok
    labels = tmp_path / "labels.ndjson"
    labels.write_text('{"account_id":"acct-1","label":"attack","scenario":"S05b"}\n')
    assert judge(asked, [other_id], 0, by_labels(str(labels)))[0].ok is holds
    labels.write_text("\n[]\n")
    with pytest.raises(BadInputError, match="line 2"):
        by_labels(str(labels))


@pytest.mark.parametrize("account", ["[x]*", "a?c", "plain"])
def test_an_id_is_itself_also_with_signs_of_a_pattern(account: str) -> None:
    asked = f'[[expect]]\naccount = "{account}"\nexactly = 1\n'
    assert outcome(asked, other("review", account=account)) == [True, True]
    assert outcome('[[expect]]\naccount = "a[b]*"\nexactly = 2\n', other("review", account="abc"))[0] is False


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    file.write_text("""
        refused = { at_most = -1 }
        [[expect]]
        account = "a"
        [[expect]]
        exactly = 1
        at_least = 1
        indicator = "marathon_sesion"
        [[expect]]
        at_least = 3
        at_most = 2
        scenario = "S99"
        tier = "none"
    """)
    with pytest.raises(BadConfigurationError) as refused:
        read_expectations(str(file), catalogue())
    assert [line.removeprefix(f"{file}: ") for line in str(refused.value).splitlines()] == [
        "expect 1: no bound; expected exactly, at_least or at_most",
        "expect 2: exactly 1 and at least 1; expected exactly without another bound",
        "expect 2: indicator 'marathon_sesion' is not known; did you mean 'marathon_session'?",
        "expect 3: at least 3 and at most 2 cannot be",
        "expect 3: tier 'none' is not known; expected such as 'watch'",
        "expect 3: scenario 'S99' is not known; did you mean 'S09'?",
        "refused: at most -1; expected numbers of 0 or more",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing is expected"),
        ("unexpected = 'maybe'", "Invalid enum value"),
        ("[[expect]]\nacount = 'a'", "unknown field `acount`"),
        ("[[expect]]\nexactly = 1", "about nothing; expected account, indicator or scenario"),
        ("[[", "Invalid"),
    ],
)
def test_one_fault(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "e.toml"
    file.write_text(text)
    with pytest.raises(BadConfigurationError, match=says):
        read_expectations(str(file), catalogue())


@given(st.none() | st.integers(0, 5), st.none() | st.integers(0, 5), st.integers(0, 6))
def test_bounds_hold_what_they_say(least: int | None, most: int | None, found: int) -> None:
    bounds = Bounds(at_least=least, at_most=most)
    assert bounds.hold(found) is ((least is None or found >= least) and (most is None or found <= most))
    assert Bounds(exactly=least or 0).hold(found) is (found == (least or 0))


def test_what_is_named_must_all_hold() -> None:
    entry = "[[expect]]\nexactly = 1\n"
    ignore = "unexpected = 'ignore'\n"
    assert outcome(f"{ignore}{entry}account = '{ACCOUNT}'\nindicator = '{INDICATOR}'", ONE) == [True]
    assert outcome(f"{ignore}{entry}account = 'nobody'\nindicator = '{INDICATOR}'", ONE) == [False]
    assert outcome(f"{ignore}{entry}account = 'els?'\ntier = 'watch'", other("watch")) == [True]
    assert outcome(f"{ignore}{entry}account = 'else'", other("watch")) == [False]


@pytest.mark.parametrize("status", ["retracted", "resolved"])
def test_what_is_over_does_not_count(status: str) -> None:
    assert outcome("[[expect]]\naccount = 'else'\nat_most = 0", other("review", status)) == [True, True]


def test_the_unexpected_by_policy() -> None:
    entry = f"[[expect]]\naccount = '{ACCOUNT}'\nat_least = 1\n"
    for policy, failed in (("fail", [False, True]), ("warn", [False, False]), ("ignore", [False])):
        rulings = judge(expectations(f"unexpected = '{policy}'\n{entry}"), [ONE, other("review")], 0)
        assert [ruling.failed for ruling in rulings] == failed
    assert outcome(entry, ONE, other("watch")) == [True, True]
    # an entry that forbids something does not make it expected
    assert outcome("[[expect]]\naccount = 'else'\nat_most = 0", other("review")) == [False, False]


def test_junit_survives_any_name() -> None:
    rulings = judge(expectations('[[expect]]\nname = "\\u001b<&\\""\naccount = "a"\nat_least = 1'), [], 0)
    text = junit("suite", rulings).decode()
    assert 'name="\N{REPLACEMENT CHARACTER}&lt;&amp;&quot;"' in text
    assert text.count("<failure") == 1


def test_an_entry_without_a_name_says_what_it_is_about() -> None:
    assert Expected(account="farm-*", scenario="S05", at_least=1).title() == (
        "account farm-*, scenario S05: at least 1 in review or above"
    )
    assert Expected(indicator="marathon_session", exactly=0, tier="watch").title() == (
        "indicator marathon_session: exactly 0 in watch or above"
    )
