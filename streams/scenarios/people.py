"""What most accounts have in common: signing up, proving an identity, adding a way to be paid, being paid in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from streams.scenarios.clock import HOUR, MINUTE
from streams.scenarios.devices import Device
from streams.scenarios.story import Story, Timed


def sign_up(story: Story, account: str, letter: str, device: Device, ip: str, ts: int, **claims: Any) -> Timed:
    """Open a freelancer's account that claims a letter's country and clock. `claims` replace or add fields."""
    fields: dict[str, Any] = {
        "account_type": "freelancer",
        "email_norm_h": story.hash("email", account),
        "email_domain_class": "ordinary",
        "phone_h": story.hash("phone", account),
        "phone_country": story.places.iso(letter),
        "phone_line_type": "mobile",
        "claimed_country": story.places.iso(letter),
        "claimed_tz": story.places.zone(letter),
        "name_h": story.hash("name", account),
        "name_tokens_h": sorted(story.hash("token", f"{account}{part}") for part in "12"),
        "ip": ip,
        "device_id": device.id,
        "user_agent": device.user_agent,
        **story.clock(ts, letter),
        **claims,
    }
    return story.event(ts, "account.created", account, **fields)


def show_document(story: Story, account: str, letter: str, device: Device, ip: str, ts: int, **fields: Any) -> Timed:
    """Upload an ordinary passport of a letter's country, with nothing wrong about it."""
    about: dict[str, Any] = {
        "doc_type": "passport",
        "doc_country": story.places.iso(letter),
        "doc_number_h": story.hash("document", account),
        "name_h": story.hash("name", account),
        "dob_h": story.hash("dob", account),
        "mrz_valid": True,
        "checksum_valid": True,
        "image_quality": 0.9,
        "vendor_verdict": "genuine",
        "ip": ip,
        "device_id": device.id,
        **fields,
    }
    return story.event(ts, "document.submitted", account, **about)


def approve(story: Story, account: str, ts: int) -> Timed:
    """Verify the identity by document and selfie (not live: that is stronger, and MIT-LIVE)."""
    return story.event(ts, "kyc.approved", account, method="selfie", vendor_verdict="approved")


def add_bank(story: Story, account: str, letter: str, device: Device, ip: str, ts: int, **fields: Any) -> Timed:
    """Add the owner's own bank account."""
    about: dict[str, Any] = {
        "instrument_h": story.hash("instrument", account),
        "instrument_type": "bank",
        "bank_country": story.places.iso(letter),
        "holder_type": "person",
        "holder_name_match_score": 0.98,
        "ip": ip,
        "device_id": device.id,
        **fields,
    }
    return story.event(ts, "payout_method.added", account, **about)


def settle(story: Story, account: str, letter: str, day: int, device: Device, ip: str) -> Iterator[Timed]:
    """Yield an ordinary start: sign-up, document, bank on `day`, approval the day after; one device, one line."""
    yield sign_up(story, account, letter, device, ip, story.at(day, "10:00", letter, jitter=30))
    yield show_document(story, account, letter, device, ip, story.at(day, "11:30", letter, jitter=30))
    yield add_bank(story, account, letter, device, ip, story.at(day, "13:00", letter, jitter=30))
    yield approve(story, account, story.at(day + 1, "12:00", letter, jitter=60))


def split_payout(
    story: Story, account: str, ts: int, amount: float, parts: Sequence[tuple[float, dict[str, Any]]], **fields: Any
) -> Iterator[Timed]:
    """Yield a credit, and within hours payouts of the given shares to the given instruments."""
    yield story.event(ts, "balance.credited", account, amount=amount, currency="USD", client_id=story.account("client"))
    for place, (share, instrument) in enumerate(parts):
        paid = round(amount * share, 2)
        when = ts + HOUR + place * 20 * MINUTE
        yield story.event(when, "payout.requested", account, amount=paid, currency="USD", **instrument, **fields)
