"""Every story among ordinary people: captured, replayed without tables, the same evidence for every account and the same alerts."""

from __future__ import annotations

import msgspec
import pytest

from schemas.addresses import parse_address
from schemas.decoder import Decoded, EventDecoder
from streams.capture.proof import prove
from streams.scenarios import SCENARIOS, encode
from tests.capture.streams import KEY, OTHER_KEY, capture, planted, played
from tests.detection.pipeline import scenario

TAKEN_BACK = ("T5",)
"""Stories whose alert is retracted before they end."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_capture_replays_to_the_same(name: str) -> None:
    lines = planted(name)
    made, run = capture(lines)
    assert run.events == len(lines)
    assert not +run.intake.left_out

    before, after = played(lines), played(made)
    assert {run.redactor.account(name): said for name, said in before.evidence.items()} == after.evidence
    proof = prove(before, after, run.redactor.account, run.redactor.case)
    assert proof.differences == ()
    stands = [alert.tier for alert in before.alerts if alert.status != "retracted"]
    assert len(stands) == proof.before == proof.after
    assert bool(stands) == (SCENARIOS[name].tier_now != "none" and name not in TAKEN_BACK)


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_identifier_address_or_agent_of_a_story_is_in_its_capture(name: str) -> None:
    lines = tuple(encode(event) for _, event in scenario(name))
    made = b"\n".join(capture(lines)[0])
    names = sorted(names_in(lines))
    assert not {text.encode() for text in names} & set(made.split(b'"'))
    for text in names[:: len(names) // 300 + 1]:  # as parts of a text: a search each, so not for all of them
        assert text.encode() not in made, text


def names_in(lines: tuple[bytes, ...]) -> set[str]:
    found: set[str] = set()
    decoder = EventDecoder()
    for line in lines:
        (outcome,) = decoder.decode(line, -1)
        assert isinstance(outcome, Decoded)
        event = outcome.event
        address = parse_address(event.ip)
        found |= {text for text in (address.ip, address.network, address.shared_key, event.user_agent) if text}
        for name, value in msgspec.structs.asdict(event).items():
            if name.endswith(("_id", "_h", "phash", "sha256")):
                found |= {text for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)}
    return found


def test_a_key_gives_the_same_bytes_and_another_key_others() -> None:
    lines = planted("S09")
    ours, theirs = capture(lines, KEY)[0], capture(lines, OTHER_KEY)[0]
    assert capture(lines, KEY)[0] == ours
    assert len(ours) == len(theirs)
    assert not set(ours) & set(theirs)


def test_two_captures_under_one_key_have_the_same_names() -> None:
    lines = planted("S09")
    half = len(lines) // 2
    whole = capture(lines)[0]
    parts = [capture(lines[:half])[0], capture(lines[half:])[0]]
    accounts = [{msgspec.json.decode(line)["event"]["account_id"] for line in part} for part in (whole, *parts)]
    assert accounts[0] == accounts[1] | accounts[2]
    assert accounts[1] & accounts[2]


def test_a_capture_of_a_capture_replays_to_the_same() -> None:
    once, first = capture(planted("S09"))
    twice, second = capture(once, OTHER_KEY)
    assert first.accounts.isdisjoint(second.accounts)
    proof = prove(played(once), played(twice), second.redactor.account, second.redactor.case)
    assert proof.differences == ()
    assert proof.before >= 1
