"""S09: three personas keep 12 % of each credit and send 88 % to one undeclared company."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streams.scenarios.people import add_bank, settle, split_payout
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

PERSONAS = (("t1", "A"), ("t2", "B"), ("t3", "K"))
CREDITS = (5, 16, 20, 27, 40, 52)
CHURN = ((12, 0), (18, 1), (25, 2), (36, 3))
"""Day and number of each change of a spare method, four within 30 days."""


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Each persona lives and works at its own home; only the money meets."""
    for place, (name, letter) in enumerate(PERSONAS):
        device = story.device(name, ("windows", "macos", "linux")[place])
        home = story.address("home", letter)
        if day == -30:
            yield from settle(story, name, letter, day, device, home)
        if day < 0:
            continue
        if (day + place) % 2 == 0:
            start = story.at(day, ("09:00", "13:00", "17:00")[place], letter, jitter=70)
            yield from session(story, name, device, letter, start, story.rng.randint(40, 150), home, login=True)
        if day == 0:
            yield add_bank(
                story, name, letter, device, home, story.at(0, "15:00", letter, jitter=60), **_company(story)
            )
        if day in CREDITS:
            own = {
                "instrument_h": story.hash("instrument", name),
                "instrument_type": "bank",
                "bank_country": story.places.iso(letter),
            }
            share = 0.88 + story.rng.uniform(-0.008, 0.008)
            parts = ((share, _company(story)), (1 - share, own))
            amount = float(story.rng.randint(1500, 5200))
            ts = story.at(day, "11:00", letter, jitter=90)
            yield from split_payout(story, name, ts, amount, parts, ip=home, device_id=device.id)
        for when, number in CHURN:
            if day == when:
                spare = {"instrument_h": story.hash("spare", f"{name}{number}"), "instrument_type": "payment_provider"}
                yield add_bank(story, name, letter, device, home, story.at(day, "16:00", letter, jitter=60), **spare)
            if day == when + 3:
                gone = story.hash("spare", f"{name}{number}")
                yield story.event(
                    story.at(day, "16:00", letter), "payout_method.removed", name, instrument_h=gone, ip=home
                )
        if day == 30 and name == "t2":
            other = {"instrument_h": story.hash("instrument", "other"), "holder_name_match_score": 0.1}
            yield add_bank(story, name, letter, device, home, story.at(30, "18:00", letter), **other)


def _company(story: Story) -> dict[str, Any]:
    """Instrument I4 of company R55: its bank compares no person's name, so there is no match score."""
    return {
        "instrument_h": story.hash("instrument", "i4"),
        "instrument_type": "bank",
        "bank_country": story.places.iso("C"),
        "holder_type": "company",
        "holder_reg_id_h": story.hash("company", "r55"),
        "holder_name_match_score": None,
    }


S09 = Scenario(
    id="S09",
    title="Follow the money",
    story="Three personas in A, B and K keep 12 % of each credit and route 88 % to one undeclared company, bank in C.",
    kind="attack",
    number=3,
    days=61,
    tell=tell,
    focus=("t1", "t2", "t3"),
    expected={"payout_instrument_shared": 0.85, "pass_through_fan_out": 1.0, "payout_name_mismatch": 0.7},
    expected_tier="watch",
    tier_now="watch",
    missing=(
        "intermediary_company_payout",
        "facilitator_split_pattern",
        "payout_method_churn",
        "payout_corridor_unexplained",
    ),
    history_days=30,
)
