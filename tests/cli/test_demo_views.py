from __future__ import annotations

import io
from datetime import UTC, datetime

import msgspec
import pytest
from rich.console import Console

from streams.demo.model import Model
from streams.demo.outcome import Row
from streams.demo.plain import PlainView
from streams.demo.terminal import TerminalView, progress
from streams.demo.traffic import TOLERANCE_MS, traffic
from streams.detection.alert import Alert, Subject
from streams.scenarios import SCENARIOS

ROWS = [
    Row("S01", "attack", "Rented", "review", "review", "review"),
    Row("B01", "benign", "Office", "none", "none", "watch"),
]


def drawn(alert: Alert, width: int) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, markup=False, highlight=False, force_terminal=False)
    with TerminalView(console) as view:
        view.note("a broker")
        view.card(alert)
        model = Model(total=10, dead_letters=3)
        view.show(model)
        view.result(model, ROWS, {}, 5)
    return out.getvalue()


@pytest.mark.parametrize("width", [72, 80, 140])
def test_terminal_view_fits_and_shows_everything(alert: Alert, width: int) -> None:
    text = drawn(alert, width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    for word in (
        "a broker",
        "PRIORITY",
        "Check first",
        "stage",
        "3 dead letters",
        "NOT AS EXPECTED",
        "1 of 2 scenarios",
    ):
        assert word in text


def test_markup_and_control_codes_in_ids_stay_text(alert: Alert) -> None:
    evil = msgspec.structs.replace(alert, subject=Subject("account", "x", ("[red]a\x1b[2J",), 1))
    text = drawn(evil, 80)
    assert "[red]a" in text
    assert "\x1b" not in text


def test_plain_view_prints_a_status_now_and_then(alert: Alert, capsys: pytest.CaptureFixture[str]) -> None:
    with PlainView() as view:
        for second in range(11):
            view.show(Model(now=float(second)))
        view.card(alert)
        view.result(Model(), ROWS, {"watch": 1}, 5)
    out = capsys.readouterr().out
    assert out.count("making events") == 3
    assert "\x1b" not in out
    assert "NOT AS EXPECTED" in out


def test_progress() -> None:
    assert progress(1, 4, 8).plain == "━━──────"
    assert progress(0, 0, 3).plain == "───"


def test_traffic_is_ordered_and_never_in_the_future() -> None:
    now = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
    stories = {name: SCENARIOS[name] for name in ("T2", "T5", "B05")}
    sent = traffic(now, 5, scenarios=stories)
    times = [event.ts for event in sent]
    assert times == sorted(times)
    assert times[-1] <= datetime(2026, 3, 31, tzinfo=UTC).timestamp() * 1000 + TOLERANCE_MS
    assert {event.key.split(b"-")[0] for event in sent} == {b"t2", b"t5", b"b05", b"bg"}
    assert traffic(now, 5, scenarios=stories) == sent
