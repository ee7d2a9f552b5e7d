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
    assert not {"Speaks against it", "May be victims", "Welfare", "Not known"} & set(headings)
    assert "Check first: innocent explanations" in headings


def test_says_how_much_is_not_shown(alert: Alert) -> None:
    more = msgspec.structs.replace(alert, evidence=alert.evidence * 3)
    assert f"  and {len(more.evidence) - 4} more" in card(more)


def test_findings_stand_once(alert: Alert) -> None:
    assert alert.evidence[0].sentence in alert.summary
    assert alert.evidence[0].sentence not in conclusion(alert)


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
