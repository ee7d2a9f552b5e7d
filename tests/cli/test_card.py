from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from streams.cli.alerts import lines_of
from streams.cli.card import card, conclusion, sections, subject
from streams.cli.text import bullets, minute, safe, wrapped
from streams.detection.alert import Alert, Subject
from streams.detection.stage import PlainRecord


def test_card(alert: Alert, golden: Callable[[str, str], None]) -> None:
    golden("card.txt", "\n".join(card(alert)) + "\n")


@pytest.mark.parametrize("width", [40, 80, 100])
def test_fits_its_width(alert: Alert, width: int) -> None:
    body = card(alert, width)[1:-1]
    assert max(map(len, body)) <= width


def test_what_is_empty_is_left_out(alert: Alert) -> None:
    bare = msgspec.structs.replace(
        alert, mitigating=(), possible_victims=(), welfare_note=None, unknowns=(), data_quality=()
    )
    headings = [part.heading for part in sections(bare)]
    left_out = {"Speaks against it", "May be victims", "Welfare", "Not known", "Data quality"}
    assert not left_out & set(headings)
    assert "Check first: innocent explanations" in headings


def test_says_how_much_is_not_shown(alert: Alert) -> None:
    more = msgspec.structs.replace(alert, evidence=alert.evidence * 3)
    assert f"  and {len(more.evidence) - 4} more" in card(more)


def test_findings_stand_once(alert: Alert) -> None:
    assert alert.evidence[0].sentence in alert.summary
    assert alert.evidence[0].sentence not in conclusion(alert)


def test_a_card_counts_no_findings_that_it_lists_itself(alert: Alert) -> None:
    assert "4 more findings in the list" in alert.summary
    assert "in the list" not in conclusion(alert)
    assert conclusion(alert).startswith("The evidence on this account adds up to 99 of 100; the account holder may be")


def test_how_certain_the_facts_are_has_its_own_place(alert: Alert) -> None:
    """Behind three unknowns it would be the first thing to be left out."""
    unsure = "An address could only be placed within 250 km; distances may be wrong by as much."
    told = msgspec.structs.replace(alert, unknowns=("One.", "Two.", "Three.", "Four."), data_quality=(unsure,))
    lines = card(told)
    assert unsure in " ".join(line.strip() for line in lines)
    assert lines.index("Not known") < lines.index("Data quality")


def test_a_case_that_was_taken_back_has_no_tier(alert: Alert) -> None:
    gone = msgspec.structs.replace(alert, status="retracted", tier="none", revision=3)
    assert card(gone)[0].startswith("== RETRACTED  99 of 100 (between 55 and 99)  revision 3 =")


def test_a_finding_that_a_fact_explains_says_so(alert: Alert) -> None:
    explained = msgspec.structs.replace(alert.evidence[0], contribution=0.0, confidence=0.0, mitigated_by=("MIT-LIVE",))
    lowered = msgspec.structs.replace(alert.evidence[1], mitigated_by=("MIT-LIVE",))
    text = " ".join(line.strip() for line in card(msgspec.structs.replace(alert, evidence=(lowered, explained)), 400))
    assert "explained by MIT-LIVE; threshold: " in text
    assert "0% sure; threshold: one event" not in text
    assert "94% sure; threshold: " in text
    assert "; lowered by MIT-LIVE" in text


def test_a_large_cluster_names_a_few(alert: Alert) -> None:
    names = tuple(f"a{number}" for number in range(50))
    cluster = msgspec.structs.replace(alert, subject=Subject("cluster", "case-1", names, 75))
    assert subject(cluster) == "75 linked accounts: a0, a1, a2, a3 and 71 more"


def test_ids_from_outside_cannot_steer_a_terminal(alert: Alert) -> None:
    evil = msgspec.structs.replace(alert, subject=Subject("account", "x", ("a\x1b[2J\r\nb",), 1))
    assert "\x1b" not in "".join(card(evil))
    assert safe("a\x1b[31m\u202eb") == "a\ufffd[31m\ufffdb"


def test_follow_shows_a_card_or_the_bytes(alert: Alert) -> None:
    raw = msgspec.json.encode(alert)
    record = PlainRecord("alerts", 0, 1, 0, b"k", raw)
    assert lines_of(record, ndjson=True) == [raw.decode()]
    assert lines_of(record, ndjson=False) == [*card(alert), ""]


def test_what_is_no_alert_is_said() -> None:
    (line, _) = lines_of(PlainRecord("alerts", 0, 7, 0, b"k", b"{}"), ndjson=False)
    assert line.startswith("alerts/0/7: not an alert that this version can read")


def test_text() -> None:
    assert wrapped("", first="- ") == ["-"]
    assert bullets(["one two"], width=8) == ["- one", "  two"]
    assert minute("2026-03-01T10:20:30.5Z") == "2026-03-01 10:20"
    assert minute("never") == "never"
