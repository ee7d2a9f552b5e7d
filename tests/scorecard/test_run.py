"""A labelled stream of real events, measured."""

from __future__ import annotations

import json
from itertools import permutations

import jsonschema
import msgspec
import orjson

from schemas.topics import ENRICHED_EVENTS
from streams.cli.text import WIDTH
from streams.contracts import contracts
from streams.detection.stage import PlainRecord
from streams.detection.timestamps import rfc3339
from streams.detection.windows import DAY, HOUR
from streams.detection.wording.linter import text_faults
from streams.explain.page import plain
from streams.replay.lines import Recorded
from streams.replay.selection import Selection
from streams.runtime.local import LocalRuntime
from streams.scenarios import SCENARIOS, encode
from streams.scorecard.checks import Least
from streams.scorecard.outcome import Census
from streams.scorecard.run import score
from streams.scorecard.scorecard import Measure
from streams.scorecard.text import sections
from streams.scorecard.truth import Truth
from tests.detection.pipeline import Pipeline, scenario
from tests.explain.conftest import configured
from tests.scorecard.conftest import ACCOUNTS, card, recorded, stream, truths


def tier(name: str) -> Measure:
    (found,) = [item for item in card().tiers if item.name == name]
    return found


def test_counts_everybody() -> None:
    assert card().records == len(stream())
    assert card().refused == 0
    assert card().accounts == ACCOUNTS + 6
    assert (card().positives, card().negatives) == (3, ACCOUNTS + 3)


def test_tiers_against_the_truth() -> None:
    """S01 reaches review, S05a watch, S05b priority; nobody else anything."""
    assert [(item.name, item.true_positives, item.false_positives, item.missed) for item in card().tiers] == [
        ("watch", 3, 0, 0),
        ("review", 2, 0, 1),
        ("priority", 1, 0, 2),
    ]
    assert tier("review").precision == 1.0
    assert tier("review").recall == 0.6667
    assert tier("review").false_positive_rate == 0.0


def test_confusion_has_every_account_once() -> None:
    rows = {row.name: row.tiers for row in card().confusion}
    assert rows["attack"] == {"none": 0, "watch": 1, "review": 1, "priority": 1}
    assert rows["background"]["none"] == ACCOUNTS
    assert sum(sum(tiers.values()) for tiers in rows.values()) == card().accounts


def test_expected_tiers_are_met_by_stories_told_to_their_end() -> None:
    """B02 takes 60 days and T2 45, so the labels of a shorter mix expect nothing of them."""
    expected = card().expected
    assert expected is not None
    assert (expected.met, expected.of, expected.misses) == (ACCOUNTS + 3, ACCOUNTS + 3, ())


def test_a_wrong_label_is_a_miss() -> None:
    wrong = {**truths(), "s05a-0-0-a5": Truth("attack", "priority"), "s05b-0-0-a5": Truth("benign", "priority")}
    measured = score(configured(), recorded(stream()), wrong)
    assert measured.expected is not None
    (miss,) = measured.expected.misses
    assert (miss.account_id, miss.expected, miss.reached) == ("s05a-0-0-a5", "priority", "watch")
    assert [item.false_positives for item in measured.tiers] == [1, 1, 1]


def test_indicators_and_those_that_never_fired() -> None:
    fired = {item.name: item for item in card().indicators}
    assert set(SCENARIOS["S05b"].expected) <= set(fired)
    assert fired["dprk_range_login"].true_positives == 1
    assert fired["dprk_range_login"].recall == 0.3333
    assert "strong_edge_cluster" in card().never_fired
    assert not set(card().never_fired) & set(fired)
    assert "dprk_linked_range_login" not in card().never_fired, "it is switched off"
    assert "ban_evasion_return" not in card().never_fired, "it is planned"


def test_rate_is_per_active_account_and_week() -> None:
    rates = {rate.tier: rate for rate in card().rates}
    assert [rates[name].alerts for name in ("watch", "review", "priority")] == [3, 2, 1]
    assert rates["review"].per_2000_a_week == round(2 * 2000 / card().active_account_weeks, 3)
    # five or six calendar weeks of 29 days, sign-ups of years before not among them; S05 and T2 have a past of their own
    assert 3 * ACCOUNTS < card().active_account_weeks < 6 * ACCOUNTS + 6 * 16


def test_an_alert_counts_at_the_highest_tier_that_it_had() -> None:
    """S01 was a review until, at its end, the account is used from its first device again: a watch entry since."""
    events = scenario("S01")
    (_, first), (last, _) = next(item for item in events if item[1]["type"] == "session.start"), events[-1]
    back = [
        (at, {**first, "event_id": f"back-{at}", "session_id": f"back-{at}", "occurred_at": rfc3339(at)})
        for at in (last + HOUR, last + DAY, last + 2 * DAY)
    ]
    account = first["account_id"]
    assert Pipeline().play([*events, *back]).tiers([account]) == {account: "watch"}
    measured = score(configured(), recorded(tuple(encode(event) for _, event in (*events, *back))), {})
    assert [(rate.tier, rate.alerts) for rate in measured.rates] == [("watch", 1), ("review", 1), ("priority", 0)]


def test_decisions_in_the_stream_are_truths() -> None:
    decided = orjson.dumps(
        {
            "type": "case.disposition",
            "event_id": "d1",
            "occurred_at": "2026-04-02T00:00:00Z",
            "account_id": "s01-0-0-a1",
            "outcome": "cleared",
        }
    )
    measured = score(configured(), recorded((*stream(), decided)), {})
    assert (measured.positives, measured.negatives) == (0, 1)
    assert [item.false_positives for item in measured.tiers] == [1, 1, 0]
    assert measured.expected is None
    assert [row.name for row in measured.confusion] == ["cleared", "no label"]


def test_the_newest_decision_counts_whichever_arrived_first() -> None:
    def decision(event_id: str, ts: int, outcome: str) -> PlainRecord:
        event = {"type": "case.disposition", "event_id": event_id, "account_id": "a", "outcome": outcome}
        return PlainRecord(ENRICHED_EVENTS.name, 0, 0, ts, b"a", orjson.dumps({"event": event, "ts": ts}))

    older, newer, same = decision("d9", 1, "cleared"), decision("d1", 2, "confirmed"), decision("d2", 2, "victim")
    (accounts,) = [stage for stage in configured().stages(Selection()) if stage.name == "accounts"]
    for order in permutations((older, newer, same)):
        census = Census(accounts)
        for record in order:
            census.look(record)
        assert census.decided == {"a": "victim"}


def test_an_active_week_counts_whichever_arrived_first() -> None:
    def visit(week: int) -> PlainRecord:
        event = {"type": "session.start", "event_id": f"v{week}", "account_id": "a"}
        return PlainRecord(ENRICHED_EVENTS.name, 0, 0, 1, b"a", orjson.dumps({"event": event, "ts": week * 7 * DAY}))

    (accounts,) = [stage for stage in configured().stages(Selection()) if stage.name == "accounts"]
    for order in permutations((2900, 2901, 2901, 2903)):
        census = Census(accounts)
        for week in order:
            census.look(visit(week))
        assert census.weeks == {"a": 3}


def test_a_label_speaks_louder_than_a_decision_and_strangers_count_nowhere() -> None:
    measured = score(configured(), recorded(stream()[:500]), {**truths(), "nobody": Truth("attack", "review")})
    assert measured.positives <= 3
    assert any("labelled accounts have no event" in note for note in measured.notes)


def test_enriched_recordings_need_no_tables() -> None:
    runtime = LocalRuntime(configured().stages(Selection())[:1], keep=(ENRICHED_EVENTS.name,))
    for topic, record in recorded(stream()):
        runtime.feed(topic, (record,))
    enriched = tuple(output.value for output in runtime.outputs[ENRICHED_EVENTS.name])
    records: list[Recorded] = recorded(enriched)
    assert {record.topic for record in records} == {ENRICHED_EVENTS.name}
    measured = score(configured(), records, truths())
    assert (measured.tiers, measured.confusion, measured.rates) == (card().tiers, card().confusion, card().rates)


def test_refused_records_are_counted() -> None:
    measured = score(configured(), recorded((*stream()[:100], b"{}", b"no json")), {})
    assert (measured.records, measured.refused) == (102, 2)


def test_least_values() -> None:
    wanted = [Least("recall.review", 0.6), Least("recall.review", 0.7), Least("expected", 1.0), Least("f1.watch", 1.0)]
    measured = score(configured(), recorded(stream()), truths(), least=wanted)
    assert [check.met for check in measured.checks] == [True, False, True, True]
    unmeasured = score(configured(), recorded(stream()[:50]), {}, least=[Least("precision.review", 0.0)])
    assert [(check.value, check.met) for check in unmeasured.checks] == [(None, False)]


def test_contract_and_text() -> None:
    jsonschema.validate(json.loads(msgspec.json.encode(card())), contracts()["scorecard.schema.json"])
    lines = plain(sections(card()))
    assert max(map(len, lines)) <= WIDTH
    assert text_faults(" ".join(lines).replace(card().catalogue, "")) == []
    assert "  review                                  2      0      1     100.0%   66.7%" in lines
