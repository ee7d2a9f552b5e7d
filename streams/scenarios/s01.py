"""S01: a verified account is rented out, and a team far away takes over."""

from __future__ import annotations

from collections.abc import Iterator

from streams.scenarios.people import add_bank, approve, show_document, sign_up, split_payout
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

BIDS_PER_DAY = 35
PAYDAYS = (20, 22, 24, 26)
"""Four splits soon after the owner's device has been away for 14 days; the catalogue says only "by D60"."""


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Owner until day 1, hand-over on day 2, the team from then on."""
    if day < 2:
        yield from _owner(story, day)
        return
    team, server = story.device("d2", "server"), story.address("hosting", "B")
    if day == 2:
        yield from session(story, "a1", team, "X", story.at(2, "21:05"), 140, server, login=True)
        yield from _hand_over(story, server, team.id)
        return
    for clock in ("00:30", "07:30"):
        yield from session(story, "a1", team, "X", story.at(day, clock, jitter=15), 360, server, login=clock == "00:30")
    if day == 3:
        yield add_bank(
            story, "a1", "A", team, server, story.at(3, "02:10"), **_collector(story), holder_name_match_score=0.21
        )
    if day >= 4:
        yield from _bids(story, day)
    if day in PAYDAYS:
        own = {
            "instrument_h": story.hash("instrument", "a1"),
            "instrument_type": "bank",
            "bank_country": story.places.iso("A"),
        }
        parts = ((0.9, _collector(story)), (0.1, own))
        amount = float(story.rng.randint(900, 1400))
        yield from split_payout(story, "a1", story.at(day, "08:00"), amount, parts, ip=server, device_id=team.id)


def _owner(story: Story, day: int) -> Iterator[Timed]:
    device, home = story.device("d1"), story.address("home", "A")
    if day == 0:
        yield sign_up(story, "a1", "A", device, home, story.at(0, "09:10"))
        yield from session(story, "a1", device, "A", story.at(0, "09:12"), 50, home)
        yield show_document(story, "a1", "A", device, home, story.at(0, "09:40"))
        selfie = {"method": "selfie", "liveness_score": 0.97, "vendor_verdict": "pass"}
        yield story.event(story.at(0, "09:46"), "kyc.liveness_result", "a1", ip=home, device_id=device.id, **selfie)
    else:
        yield approve(story, "a1", story.at(1, "10:00"))
        yield from session(story, "a1", device, "A", story.at(1, "10:20"), 30, home, login=True)
        yield add_bank(story, "a1", "A", device, home, story.at(1, "10:35"))


def _hand_over(story: Story, ip: str, device_id: str) -> Iterator[Timed]:
    where = {"ip": ip, "device_id": device_id}
    mail = {
        "changed_fields": ["email", "password", "2fa"],
        "email_norm_h": story.hash("email", "new"),
        "email_domain_class": "ordinary",
    }
    yield story.event(story.at(2, "21:11"), "profile.updated", "a1", **where, **mail)
    phone = {"changed_fields": ["phone"], "phone_h": story.hash("phone", "new"), "phone_line_type": "nonFixedVoip"}
    yield story.event(
        story.at(2, "21:20"), "profile.updated", "a1", **where, **phone, phone_country=story.places.iso("A")
    )


def _collector(story: Story) -> dict[str, str]:
    return {
        "instrument_h": story.hash("instrument", "i9"),
        "instrument_type": "payment_provider",
        "holder_type": "person",
    }


def _bids(story: Story, day: int) -> Iterator[Timed]:
    first, step = story.at(day, "00:40"), 700_000
    for number in range(BIDS_PER_DAY):
        job = {
            "job_id": f"{story.key}-j{day}-{number}",
            "amount": float(story.rng.randint(200, 3000)),
            "currency": "USD",
        }
        ts = first + number * step + story.rng.randint(0, 400_000)
        yield story.event(ts, "bid.submitted", "a1", **job, time_to_bid_s=float(story.rng.randint(60, 5000)))


S01 = Scenario(
    id="S01",
    title="Rented verified account",
    story="A real person in A verifies an account and rents it out for a tenth; a team takes over by a server in B.",
    kind="attack",
    number=0,
    days=28,
    tell=tell,
    focus=("a1",),
    expected={
        "account_handoff_after_verification": 1.0,
        "tz_ip_claim_triple_mismatch": 1.0,
        "pass_through_fan_out": 1.0,
        "payout_name_mismatch": 0.7,
        "vps_hosting_egress": 1.0,
        "anonymizer_at_identity_moment": 0.6,
        "voip_or_disposable_contact": 0.5,
    },
    expected_tier="review",
    tier_now="review",
)
