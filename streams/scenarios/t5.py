"""T5: an honest owner's account is stolen while the owner is away, and given back."""

from __future__ import annotations

from collections.abc import Iterator

from streams.scenarios.people import add_bank, settle
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

THEFT = 40
LOOKS = (40, 41, 42, 55)
"""Days on which the thief uses the account: few sessions, as thieves do, so no pattern of hours or clocks forms."""
RETURN = 58


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Owner until day 5, silence, theft on day 40, recovery with a live proof on day 58."""
    owner, home = story.device("owner", "macos"), story.address("home", "A")
    if day == 0:
        yield from settle(story, "o1", "A", 0, owner, home)
    if 0 <= day <= 5 or day > RETURN:
        yield from session(story, "o1", owner, "A", story.at(day, "15:00", "A", jitter=60), 80, home, login=True)
    if day in LOOKS:
        thief, exit_ = story.device("thief", "windows"), story.address("vpn", "B", tag="EXAMPLE_VPN")
        yield from session(story, "o1", thief, "E", story.at(day, "02:10", jitter=20), 35, exit_, login=True)
        if day == THEFT:
            where = {"ip": exit_, "device_id": thief.id}
            taken = {"changed_fields": ["email", "password", "2fa"], "email_norm_h": story.hash("email", "thief")}
            yield story.event(story.at(day, "02:35"), "profile.updated", "o1", **where, **taken)
        if day == THEFT + 1:
            other = {
                "instrument_h": story.hash("instrument", "thief"),
                "instrument_type": "payment_provider",
                "bank_country": None,
            }
            yield add_bank(
                story, "o1", "A", thief, exit_, story.at(day, "02:40"), **other, holder_name_match_score=0.25
            )
        if day == THEFT + 2:
            money = {"instrument_h": story.hash("instrument", "thief"), "amount": 1900.0, "currency": "USD"}
            yield story.event(story.at(day, "02:40"), "payout.requested", "o1", **money, ip=exit_, device_id=thief.id)
    if day == RETURN:
        yield from _return(story)


def _return(story: Story) -> Iterator[Timed]:
    owner, home = story.device("owner", "macos"), story.address("home", "A")
    where = {"ip": home, "device_id": owner.id}
    for minute in range(3):
        yield story.event(story.at(RETURN, f"09:0{minute}", "A"), "login.failed", "o1", **where, reason_code="password")
    live = {"method": "live", "liveness_score": 0.98, "same_person": True, "vendor_verdict": "pass"}
    yield story.event(story.at(RETURN, "11:00", "A"), "kyc.liveness_result", "o1", **where, **live)
    back = {"changed_fields": ["email", "password", "2fa"], "email_norm_h": story.hash("email", "o1")}
    yield story.event(story.at(RETURN, "11:20", "A"), "profile.updated", "o1", **where, **back)
    gone = {"instrument_h": story.hash("instrument", "thief")}
    yield story.event(story.at(RETURN, "11:25", "A"), "payout_method.removed", "o1", **where, **gone)
    yield from session(story, "o1", owner, "A", story.at(RETURN, "11:15", "A"), 40, home, login=True)


T5 = Scenario(
    id="T5",
    title="Honest owner whose account was stolen",
    story="After weeks of silence a stranger changes mail, password and payout; later the owner proves who they are.",
    kind="stress",
    number=11,
    days=62,
    tell=tell,
    focus=("o1",),
    expected={"account_handoff_after_verification": 1.0, "payout_name_mismatch": 0.7},
    expected_tier="watch",
    tier_now="watch",
    judged_day=57,
)
