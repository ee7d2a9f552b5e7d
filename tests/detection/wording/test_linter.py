from __future__ import annotations

from time import perf_counter

import pytest

from streams.detection.catalogue.load import builtin
from streams.detection.wording import phrases
from streams.detection.wording.addresses import addresses
from streams.detection.wording.linter import full_addresses, lint, text_faults
from streams.detection.wording.summary import AREAS, DISCLAIMER, TIER_WORDS

BAD = [
    "The worker is North Korean.",
    "Probably a DPRK operative",
    "a known fraudster",
    "The suspect used a VPN",
    "a money mule",
    "The user is from Romania.",
    "the account holder appears to live in Iran",
    "The developer works from KP",
    "A Chinese developer",
    "the person seems Russian",
    "nationality unknown",
    "native speaker of another language",
    "login from 203.0.113.7",
    "login from 203.0.113.7/32",
    "login from ip:203.0.113.7",
    "2001:db8:1:2::17: refused",
    "2001:db8::17 was used",
    "2001:db8:1:2::/64 was used",
    "passport AB1234567",
    "document 123456789",
    "P<UTOERIKSSON<<ANNA<MARIA",
    "IBAN DE89 3704 0044 0532 0130 00",
    "mail to somebody@example.org",
    "call +44 20 7946 0958",
    "see data:image/png;base64,AAAA",
    "https://cdn.example/1.jpg",
]
GOOD = [
    "4 networks in 3 countries within an hour, among them 203.0.113.0/24 and 2001:db8::/48.",
    "The address lies in space registered to a state's only provider.",
    "A login came from address space registered in the DPRK.",
    "The account holder may be a victim.",
    "Sessions at 12:30:00 and 13:45:10 overlap for 20 minutes.",
    "Somebody else in the household uses the device.",
    "The stated country and the place of the address differ.",
    "The person has moved and kept the number.",
    DISCLAIMER,
]


@pytest.mark.parametrize("text", BAD)
def test_what_no_alert_says(text: str) -> None:
    assert text_faults(text)


@pytest.mark.parametrize("text", GOOD)
def test_what_an_alert_may_say(text: str) -> None:
    assert text_faults(text) == []


@pytest.mark.parametrize("text", ["198.51.100.0/24", "198.51.100.0/22", "2001:db8:7::/48", "version 1.2.3", "12:30"])
def test_networks_are_no_full_addresses(text: str) -> None:
    assert full_addresses(text) == []


@pytest.mark.parametrize(
    "text", [":" * 8_000, "a" * 8_000, "a:" * 4_000, "1." * 4_000, "aa:" * 2_700], ids=lambda text: text[:2]
)
def test_a_long_text_is_read_in_no_time(text: str) -> None:
    began = perf_counter()
    list(addresses(text))
    assert perf_counter() - began < 1


def test_an_alert_is_read_to_its_leaves() -> None:
    alert = {"summary": f"Fine. {DISCLAIMER}", "evidence": [{"sentence": "seen at 203.0.113.7"}]}
    assert lint(alert) == ["evidence[0].sentence: a full network address: '203.0.113.7'"]


def test_identifiers_are_not_read_as_words() -> None:
    alert = {"account_ids": ["123456789"], "events": [{"event_id": "suspect"}], "subject": {"id": "203.0.113.7"}}
    assert lint(alert) == []


def test_pictures_and_contents_have_no_field() -> None:
    assert len(lint({"photo_phash": "abc", "body": "hello", "document_number": "x"})) == 3


def test_a_summary_ends_with_what_is_not_determined() -> None:
    assert lint({"summary": "Something happened."}) == ["summary: does not end with what the system does not determine"]


def test_the_fixed_texts_pass() -> None:
    texts = [*TIER_WORDS.values(), *AREAS.values(), phrases.WELFARE, *phrases.CHECKLIST, *phrases.DUTIES.values()]
    texts += [*phrases.ROLES.values(), *phrases.UNKNOWNS.values(), *phrases.QUALITY.values()]
    texts += [step for steps in phrases.TIER_STEPS.values() for step in steps]
    assert {text: text_faults(text) for text in texts if text_faults(text)} == {}


@pytest.mark.parametrize("name", sorted(builtin()))
def test_the_catalogue_texts_pass(name: str) -> None:
    lines = [line.split("#")[0] for line in builtin()[name].splitlines() if not line.startswith(("sources", "mitre"))]
    assert {line: text_faults(line) for line in lines if text_faults(line)} == {}
    assert not [line for line in lines if "(s)" in line], "a sentence gives both forms: {devices:device|devices}"
