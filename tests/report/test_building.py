"""What the report says is what the run found: scores, ties, raw events."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import PLATFORM_EVENTS
from streams.cli.outcome import RefusedError
from streams.detection.alert import EventRef
from streams.detection.case_state import Edge, Node
from streams.detection.messages import Assessment, Evidence
from streams.detection.scoring import TIERS, score
from streams.detection.stage import PlainRecord
from streams.detection.windows import DAY
from streams.detection.wording.linter import full_addresses
from streams.replay.lines import Recorded
from streams.replay.replayer import Replayer
from streams.replay.sources import numbered
from streams.report.building import report_of
from streams.report.composition import compose
from streams.report.raw_events import RawEvents
from streams.report.shown import MOST_CHARACTERS, shortened, shown
from streams.report.ties import ties
from tests.detection.pipeline import catalogue
from tests.detection.test_cases import T0
from tests.detection.test_clusters import Graph
from tests.replay.conftest import demo_configuration
from tests.replay.farm import events
from tests.report.conftest import partly, played, stream
from tests.report.conftest import recorded as recorded_lines

INDICATORS = sorted(catalogue().indicators)
confidences = st.dictionaries(st.sampled_from(INDICATORS), st.floats(0, 1), max_size=12)
NOW = 400 * DAY
MD5, SHA256 = (":".join(f"{7 * group:02X}" for group in range(size)) for size in (16, 32))


@given(confidences)
def test_the_parts_add_up_to_the_score_and_the_conditions_to_the_tier(found: dict[str, float]) -> None:
    expected = score(catalogue(), found)
    parts = compose(catalogue(), found)
    assert sum(root.adds for root in parts.roots) == pytest.approx(expected.total, abs=0.1)
    met = [condition.tier for condition in parts.conditions if condition.holds]
    assert max(met, key=TIERS.index, default="none") == expected.tier
    for root in parts.roots:
        values = [family.value for family in root.families]
        assert root.value == pytest.approx(
            min(90 if values[0] < 90 else 99, values[0] + 0.25 * sum(values[1:])), abs=0.1
        )
        assert root.value == pytest.approx(
            min(90 if values[0] < 90 else 99, sum(family.value * family.share for family in root.families)), abs=0.1
        )
        for family in root.families:
            counted = sum(item.contribution * item.share for item in family.items)
            assert family.value == pytest.approx(min(family.cap, counted), abs=0.1)


def test_what_was_found_and_is_in_no_alert_has_a_title_too() -> None:
    report = partly()
    beside = report.run.fired.keys() - {item.indicator for case in report.cases for item in case.evidence}
    assert beside
    assert report.titles == {name: catalogue().indicators[name].title for name in beside}


def test_a_hard_fact_is_not_held_at_the_cap_of_its_family() -> None:
    (root,) = compose(catalogue(), {"dprk_range_login": 1.0}).roots
    assert (root.adds, root.families[0].cap) == (85, 99)
    (root,) = compose(catalogue(), {"named_vpn_operator": 1.0}).roots
    assert root.families[0].cap == catalogue().families["NET"].cap < 85


def test_every_alert_is_there_and_every_event_that_was_read() -> None:
    run, report = played()
    assert {found.id: found.score for found in report.cases} == {alert.alert_id: alert.score for alert in run.alerts()}
    assert [found.score for found in report.cases] == sorted((found.score for found in report.cases), reverse=True)
    assert report.run.events == run.events > 0
    assert all(event.text is not None and event.at for event in report.events)
    for case in report.cases:
        for item in case.evidence:
            assert item.indicator in report.indicators
            for at in item.events:
                event = report.events[at]
                assert json.loads(event.text or "")["event_id"] == event.event_id


def test_the_graph_has_the_payout_account_that_ties_the_team() -> None:
    _, report = played()
    team = next(found for found in report.cases if found.size == 3)
    assert [(tie.kind, tie.accounts, tie.strong) for tie in team.ties] == [("payout", (0, 1, 2), True)]


def test_whose_a_finding_is_the_page_says_as_the_alert_does() -> None:
    """Also of a cluster, which no account has by itself; first is the account that the sentence is of."""
    run = Replayer(demo_configuration())
    for recorded in numbered(recorded_lines(events(12, timedelta(hours=1)))):
        run.take(recorded)
    (alert,), (case,) = run.alerts(), report_of(run, catalogue(), []).cases
    said = {item.indicator: item.account_ids for item in alert.evidence}
    assert {item.indicator: tuple(case.accounts[at] for at in item.accounts) for item in case.evidence} == said
    assert len(said["strong_edge_cluster"]) == 12


def test_whose_a_finding_is_goes_without_saying_of_one_account() -> None:
    _, report = played()
    assert {len(item.accounts) for case in report.cases if case.size == 1 for item in case.evidence} == {0}


def test_a_configuration_is_named_where_it_is_more_than_the_catalogue() -> None:
    _, report = played()
    versions = {report.texts[at] for case in report.cases for at in case.versions}
    assert f"catalogue {catalogue().version}" in versions
    assert not any(text.startswith("configuration") for text in versions)


def test_without_raw_events_they_are_named_only() -> None:
    run, _ = played()
    report = report_of(run, catalogue(), [])
    assert report.events
    assert all(event.text is None for event in report.events)


def test_an_empty_run_has_a_report() -> None:
    report = report_of(Replayer(demo_configuration()), catalogue(), [])
    assert (report.cases, report.events, report.run.events) == ((), (), 0)


def node(account: str, edges: list[Edge], entity: str = "") -> Node:
    evidence = [Evidence("shared_device_multi_account", 1.0, NOW, NOW, entity=entity)]
    return Node(account, Assessment(account, NOW, evidence, []), edges)


def test_expired_edges_and_strangers_are_left_out() -> None:
    nodes = {
        "a": node(
            "a",
            [
                Edge("b", "device", "device:d1", NOW),
                Edge("c", "device", "device:old", NOW - 91 * DAY),
                Edge("z", "payout", "payout:p", NOW),
            ],
        ),
        "b": node("b", [Edge("a", "device", "device:d1", NOW)], "exit:203.0.113.7"),
    }
    found = ties(nodes, ["a", "b", "c"])
    assert [(tie.kind, tie.entity, tie.accounts, tie.strong) for tie in found] == [
        ("device", "d1", (0, 1), True),
        ("exit", "203.0.113.0/24", (1,), False),
    ]


def test_a_hub_at_which_a_group_was_split_ties_nobody() -> None:
    """Four who share a device, and each of five wallets with 45 others: it is the device that makes one case of them."""
    four = [f"farm{number}" for number in range(4)]
    graph = Graph().star("device", "four", *four)
    for number in range(5):
        graph.star("payout", f"wallet{number}", *four, *(f"w{number}-{other:02}" for other in range(45)))
    nodes = {name: graph.node(name) for name in graph.nodes}
    assert [(tie.kind, tie.entity, tie.strong) for tie in ties(nodes, four)] == [("device", "four", True)]
    told = Assessment(four[0], T0, [Evidence("payout_instrument_shared", 1.0, T0, T0, entity="payout:wallet0")], [])
    nodes[four[0]].assessment = told
    assert [(tie.entity, tie.accounts, tie.strong) for tie in ties(nodes, four)] == [
        ("four", (0, 1, 2, 3), True),
        ("wallet0", (0,), False),
    ]


def test_records_are_found_by_their_place() -> None:
    records = list(stream(("S09",)))
    wanted = {
        EventRef("replay", 0, at, json.loads(records[at].record.value or b"")["event_id"])
        for at in (0, 7, len(records) - 1)
    }
    missing = EventRef("elsewhere", 3, 1, "no")
    with RawEvents() as raw:
        assert list(raw.through(records)) == records
        found = raw.find({*wanted, missing})
        assert raw.find(wanted) == {ref: found[ref] for ref in wanted}
    assert found.keys() == wanted
    for ref, kept in found.items():
        assert kept.value == records[ref.offset].record.value


def test_enriched_events_are_found_where_they_came_from() -> None:
    value = b'{"event":{"event_id":"e2","account_id":"a"},"ts":5,"origin":["login-events",2,71,1],"facts":{}}'
    other = value.replace(b"e2", b"e1")
    records = [
        Recorded("enriched-events", PlainRecord("enriched-events", 0, at, 5, b"a", text))
        for at, text in enumerate((other, value))
    ]
    with RawEvents() as raw:
        list(raw.through(records))
        first, second = (EventRef("login-events", 2, 71, name) for name in ("e1", "e2"))
        found = raw.find([first, second])
        assert (found[first].value, found[second].value) == (other, value)


def test_a_full_disk_is_said_in_words() -> None:
    noise = Random(0)
    records = (Recorded("p", PlainRecord("p", 0, at, 5, None, noise.randbytes(50_000))) for at in range(40))
    full_disk = pytest.raises(RefusedError, match=r"No space left on device; .* TMPDIR")
    with Path("/dev/full").open("wb", buffering=0) as full, RawEvents(full) as raw, full_disk:
        list(raw.through(records))


def test_records_without_a_value_or_sense_pass() -> None:
    records = [
        Recorded(PLATFORM_EVENTS.name, PlainRecord("p", 0, at, 5, None, value))
        for at, value in enumerate((None, b"\xff"))
    ]
    with RawEvents() as raw:
        assert list(raw.through(records)) == records
        ref = EventRef("p", 0, 1, "x")
        assert raw.find([ref])[ref].value == b"\xff"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("at 203.0.113.7, then 203.0.113.77.", "at 203.0.113.0/24, then 203.0.113.0/24."),
        ("203.0.113.7/24", "203.0.113.0/24"),
        ("203.0.113.0/22", "203.0.112.0/22"),
        ("2001:db8:1b3d:1::1", "2001:db8:1b3d::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("12:30:45", "12:30:45"),
        ("std::vector 1.2.3, 00:1a:2b:3c:4d:5e", "std::vector 1.2.3, 00:1a:2b:3c:4d:5e"),
        ("src:203.0.113.7:443", "src:203.0.113.0/24:443"),
        ("ip_203.0.113.7/443", "ip_203.0.113.0/24/443"),
        ("device:2001:db8:1b3d:1::1", "device:2001:db8:1b3d::/48"),
        ("[2001:db8:1b3d:1::1]:443", "[2001:db8:1b3d::/48]:443"),
        ("2001:db8:1b3d:1::1: refused.", "2001:db8:1b3d::/48: refused."),
        ("2001:db8:1b3d:1::1:: refused", "2001:db8:1b3d::/48:: refused"),
        ("2001:db8:1b3d:1::1T10:30:15", "2001:db8:1b3d::/48T10:30:15"),
        ("2001:db8:1b3d:1::1seen Face::Finder", "2001:db8:1b3d::/48seen Face::Finder"),
        ("version 9.0.0.1234", "version 9.0.0.1234"),
        (MD5, MD5),
        (f"key:{SHA256}.", f"key:{SHA256}."),
        ("ann.b@mail.example", "…@mail.example"),
        ("a\u202eb", "a\ufffdb"),
    ],
)
def test_texts_are_shortened(text: str, expected: str) -> None:
    assert shortened(text) == expected


@given(st.text() | st.ip_addresses().map(str) | st.from_regex(r"x(=|, |:|_)(\d{1,3}\.){3}\d{1,3}(/\d\d)?"))
def test_no_text_keeps_an_address(text: str) -> None:
    assert full_addresses(shortened(text)) == []


def test_of_an_array_the_event_is_shown_and_long_texts_by_their_length() -> None:
    value = msgspec.json.encode([{"event_id": "e1"}, {"event_id": "e2", "note": "x" * 500, "203.0.113.7": [1, None]}])
    text, is_json, cut = shown(value, "e2")
    assert (json.loads(text), is_json, cut) == (
        {"event_id": "e2", "note": "[a text of 500 characters]", "203.0.113.0/24": [1, None]},
        True,
        False,
    )


@given(st.binary(max_size=200))
def test_any_bytes_can_be_shown(value: bytes) -> None:
    text, is_json, cut = shown(value, "e")
    assert isinstance(text, str)
    assert not cut
    if is_json:
        json.loads(text)


def test_a_huge_record_is_cut() -> None:
    text, is_json, cut = shown(msgspec.json.encode({f"k{at}": at for at in range(5000)}), "e")
    assert (len(text), is_json, cut) == (MOST_CHARACTERS, False, True)
    assert shown(b"[" * 100_000, "e")[1:] == (False, True)
