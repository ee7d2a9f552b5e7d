"""Nothing of the input is in the output, whatever the event; what is equal stays equal; a key decides all of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas.events as ev
from enrichers.enrich import Enricher
from enrichers.enriched import EnrichedEvent, EnrichedRecord, Origin
from enrichers.facts import Facts
from schemas.addresses import parse_address
from schemas.events import EVENT_TYPES, AnyEvent
from streams.capture.redaction import Redactor
from tests.capture.made import event, events, texts
from tests.capture.streams import KEY, OTHER_KEY
from tests.detection.pipeline import demo_snapshot

TS = 1_772_500_000_000
ENRICHER = Enricher(demo_snapshot())
SHORT = 7
ORIGIN = Origin("acme-Zqlogins", 3, 17, 1)


def enriched(told: AnyEvent) -> EnrichedRecord:
    join = told.join_ip if isinstance(told, ev.MeetingHeld) else None
    facts = ENRICHER.facts_json(told.ip, told.user_agent, TS)
    return EnrichedRecord(told, TS, ORIGIN, facts, ENRICHER.facts(join, None, TS) if join else None)


def redacted(told: AnyEvent, key: bytes = KEY) -> bytes:
    return msgspec.json.encode(Redactor(key).record(enriched(told)))


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
@given(st.data())
@settings(max_examples=12)
def test_no_text_of_an_event_is_in_its_capture(name: str, data: st.DataObject) -> None:
    told = data.draw(event(name))
    made = redacted(told)
    for text in texts(told):
        assert not shows(made, text)
        assert not shows(made, json.dumps(text).strip('"'))
        canonical = parse_address(text.partition("/")[0])
        for part in (canonical.ip, canonical.network, canonical.shared_key):
            assert part is None or not shows(made, part)
    assert b"Zq" not in made


def shows(made: bytes, text: str) -> bool:
    """Whether a text is there; one as short as `::/32` is part of any network, so it must be a whole value."""
    return (text if len(text) > SHORT else f'"{text}"').encode() in made


@given(events)
@settings(max_examples=100)
def test_a_capture_is_a_valid_event_of_the_same_type_time_and_numbers(told: AnyEvent) -> None:
    made = msgspec.json.decode(redacted(told), type=EnrichedEvent)
    assert type(made.event) is type(told)
    assert (made.ts, made.origin.partition, made.origin.offset, made.origin.ordinal) == (TS, 3, 17, 1)
    for field in msgspec.structs.fields(told):
        before, after = getattr(told, field.name), getattr(made.event, field.name)
        if isinstance(before, bool | float) or field.name == "occurred_at":
            assert after == before
        if isinstance(before, tuple):
            assert len(after) == len(before)
    assert made.facts.classes == ENRICHER.facts(told.ip, None, TS).classes
    assert (made.facts.ip is None) == (ENRICHER.facts(told.ip, None, TS).ip is None)


@given(events)
@settings(max_examples=40)
def test_the_key_decides(told: AnyEvent) -> None:
    assert redacted(told) == redacted(told)
    assert redacted(told) != redacted(told, OTHER_KEY)


@given(events, events)
@settings(max_examples=60)
def test_equal_things_stay_equal_and_different_ones_different(one: AnyEvent, other: AnyEvent) -> None:
    redactor = Redactor(KEY)
    first, second = redactor.event(one), redactor.event(other)
    assert (one.account_id == other.account_id) == (first.account_id == second.account_id)
    assert (one.device_id == other.device_id) == (first.device_id == second.device_id)
    again = redactor.event(msgspec.structs.replace(one, account_id=other.account_id))
    assert again.account_id == second.account_id


def test_what_detection_compares_across_fields_is_one_kind() -> None:
    """A company's registration number as its own, its employer's and its bank account's; a client that is an account."""
    redactor, when = Redactor(KEY), datetime(2026, 3, 1, tzinfo=UTC)
    made = redactor.event(ev.AccountCreated(event_id="1", occurred_at=when, account_id="a", reg_no_h="r"))
    paid = redactor.event(ev.PayoutMethodAdded(event_id="2", occurred_at=when, account_id="a", holder_reg_id_h="r"))
    works = redactor.event(ev.AffiliationDeclared(event_id="3", occurred_at=when, account_id="a", employer_h="r"))
    assert isinstance(made, ev.AccountCreated)
    assert isinstance(paid, ev.PayoutMethodAdded)
    assert isinstance(works, ev.AffiliationDeclared)
    assert made.reg_no_h == paid.holder_reg_id_h == works.employer_h != "r"
    deal = redactor.event(ev.ContractStarted(event_id="4", occurred_at=when, account_id="b", client_id="a"))
    assert isinstance(deal, ev.ContractStarted)
    assert deal.client_id == made.account_id


def test_facts_of_other_producers_are_redacted_whatever_they_hold() -> None:
    strange = Facts(ip="Zq-no-address", network="Zq-net", shared_key="Zq-key", geo_prefix="Zq-prefix")
    made = msgspec.json.encode(Redactor(KEY).facts(strange))
    assert b"Zq" not in made
    assert msgspec.json.decode(made, type=Facts).network


def test_topics_of_ours_stay_and_a_company_s_own_do_not() -> None:
    told = ev.SessionEnd(event_id="1", occurred_at=datetime(2026, 3, 1, tzinfo=UTC), account_id="a")
    record = msgspec.structs.replace(enriched(told), origin=Origin("login-events", 2, 9, 4))
    assert Redactor(KEY).record(record).origin == Origin("login-events", 2, 9, 4)
    assert Redactor(KEY).record(enriched(told)).origin.topic.startswith("topic-")
