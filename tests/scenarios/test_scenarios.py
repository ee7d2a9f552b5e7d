"""What holds for every scenario: valid, in order, reproducible, separate copies, any start."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from schemas.decoder import Decoded, EventDecoder
from streams.scenarios import (
    MAX_COPIES,
    SCENARIOS,
    Scenario,
    Timed,
    encode,
    generate,
    scenario_of,
    topic_of,
    topic_of_json,
)
from streams.scenarios.scenario import EARLIEST

START = datetime(2026, 3, 2, tzinfo=UTC)
STARTS = [
    START,
    datetime(2026, 8, 29, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 3, 27, 15, 37, tzinfo=timezone(timedelta(hours=-7))),
]
ROOT = Path(__file__).parents[2]
HEAVY = {"B04", "B01"}


@pytest.fixture(params=SCENARIOS.values(), ids=lambda scenario: scenario.id)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    found: Scenario = request.param
    return found


def _told(scenario: Scenario, **options: Any) -> Iterator[Timed]:
    return generate(scenario.id, **{"start": START, **options})


def _digest(events: Iterator[Timed]) -> str:
    digest = hashlib.sha256()
    for ts, event in events:
        digest.update(b"%d %s\n" % (ts, encode(event)))
    return digest.hexdigest()


def test_every_event_is_valid_and_keeps_its_time(scenario: Scenario) -> None:
    decoder = EventDecoder()
    for ts, event in _told(scenario):
        value = encode(event)
        (outcome,) = decoder.decode(value, ts)
        assert isinstance(outcome, Decoded), (event, outcome)
        assert outcome.ts_ms == ts
        assert topic_of_json(value) == topic_of(event)


def test_only_fields_of_the_schema_are_used(scenario: Scenario) -> None:
    from schemas.events import EVENT_TYPES

    for _, event in _told(scenario):
        known = set(EVENT_TYPES[event["type"]].__struct_encode_fields__)
        assert set(event) - known == {"type"}


def test_events_come_in_event_time_order_with_unique_ids(scenario: Scenario) -> None:
    events = list(_told(scenario, multiplier=1 if scenario.id in HEAVY else 3))
    assert all(a[0] <= b[0] for a, b in itertools.pairwise(events))
    assert len({event["event_id"] for _, event in events}) == len(events)


@pytest.mark.parametrize("start", STARTS, ids=str)
def test_any_start(scenario: Scenario, start: datetime) -> None:
    events = list(_told(scenario, start=start))
    first = start.timestamp() * 1000 - scenario.history_days * 86_400_000 - EARLIEST
    assert first <= events[0][0]
    assert events[-1][0] <= start.timestamp() * 1000 + (scenario.days + 3) * 86_400_000
    assert {event["account_id"] for _, event in events} >= set(scenario.accounts())


def test_same_seed_same_bytes_other_seed_other_story(scenario: Scenario) -> None:
    assert _digest(_told(scenario, seed=4)) == _digest(_told(scenario, seed=4))
    assert _digest(_told(scenario, seed=4)) != _digest(_told(scenario, seed=5))


def test_hash_seed_of_the_process_changes_nothing() -> None:
    code = (
        "import sys; sys.path.insert(0, '.');"
        "from tests.scenarios.test_scenarios import _digest, START; from streams.scenarios import generate;"
        "from streams.scenarios.background import background;"
        "print([_digest(generate(i, start=START, seed=2)) for i in ('S01', 'S05b', 'S09', 'B05', 'B06', 'T2')],"
        "_digest(background(50, START, 3)))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    }
    assert len(answers) == 1


def test_copies_share_nothing(scenario: Scenario) -> None:
    until = 3 if scenario.id in HEAVY else None
    of_copy: dict[str, set[str]] = {}
    for _, event in _told(scenario, multiplier=2, until_day=until):
        copy = "-".join(event["account_id"].split("-")[:3])
        ip = event.get("ip")
        network = [":".join(ip.split(":")[:4])] if ip and not ip.startswith("175.") else []
        traits = (event.get("device_id"), event.get("session_id"), event.get("instrument_h"), *network)
        of_copy.setdefault(copy, set()).update(trait for trait in traits if trait)
    first, second = of_copy.values()
    assert not first & second


def test_scenarios_share_no_addresses() -> None:
    owners: dict[str, str] = {}
    for scenario in SCENARIOS.values():
        for _, event in _told(scenario, multiplier=1, until_day=8):
            ip = event.get("ip")
            if ip and not ip.startswith("175."):
                assert owners.setdefault(":".join(ip.split(":")[:4]), scenario.id) == scenario.id


def test_until_day_is_a_prefix(scenario: Scenario) -> None:
    short = list(_told(scenario, until_day=2.5))
    assert short == list(itertools.islice(_told(scenario), len(short)))
    assert short[-1][0] < START.timestamp() * 1000 + 2.5 * 86_400_000


def test_expectations_are_complete(scenario: Scenario) -> None:
    assert scenario.expected_tier in {"none", "watch", "review", "priority"}
    assert scenario.kind in {"attack", "benign", "stress"}
    assert scenario.tier_now == scenario.expected_tier
    assert not set(scenario.expected) & set(scenario.missing)
    assert all(0 <= confidence <= 1 for confidence in scenario.expected.values())


def test_ids_and_numbers_are_unique() -> None:
    assert len({scenario.number for scenario in SCENARIOS.values()}) == len(SCENARIOS)
    assert all(0 <= scenario.number < 16 for scenario in SCENARIOS.values())
    assert scenario_of("s05B").id == "S05b"


def test_faults_are_told_in_words() -> None:
    with pytest.raises(ValueError, match=r"S99.*known are S01"):
        scenario_of("S99")
    with pytest.raises(ValueError, match=f"expected 1 to {MAX_COPIES}"):
        next(generate("S01", start=START, multiplier=MAX_COPIES + 1))
    with pytest.raises(ValueError, match="offset from UTC"):
        next(generate("S01", start=datetime(2026, 1, 1)))  # noqa: DTZ001 -- the fault
    with pytest.raises(ValueError, match="no demo networks in XX"):
        next(generate("S01", start=START, places={"A": "XX"}))


def test_places_change_countries_and_zones_can_be_kept() -> None:
    _, moved = next(generate("S01", start=START, places={"A": "JP", "D": "PT"}))
    assert moved["claimed_country"] == "JP"
    assert moved["tz"] == "Asia/Tokyo"
    _, kept = next(generate("S01", start=START, places={"A": "JP", "D": "PT"}, zones={"A": "Europe/Lisbon"}))
    assert kept["claimed_country"] == "JP"
    assert kept["tz"] == "Europe/Lisbon"
