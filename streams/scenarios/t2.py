"""T2: a couple shares a laptop, a phone and a bank account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streams.scenarios.people import add_bank, approve, show_document, sign_up
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

COUPLE = (("p1", "19:00", 0.97), ("p2", "21:20", 0.91))
"""Name, usual evening hour, and how well the joint account's holder matches."""


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Both at one home, verified at one address, after each other on the laptop; nothing was declared."""
    laptop, phone, home = story.device("laptop", "macos"), story.device("phone", "iphone"), story.address("home", "A")
    for place, (name, clock, match) in enumerate(COUPLE):
        address: dict[str, Any] = {"address_h": story.hash("address", "home")}
        if day == -40 + 3 * place:
            claims = {"phone_h": story.hash("phone", "shared"), "verified_address_h": address["address_h"]}
            yield sign_up(story, name, "A", laptop, home, story.at(day, "18:00", "A"), **claims)
            yield show_document(story, name, "A", laptop, home, story.at(day, "18:30", "A"), **address)
            joint = {"instrument_h": story.hash("instrument", "joint"), "holder_name_match_score": match}
            yield add_bank(story, name, "A", laptop, home, story.at(day, "19:00", "A"), **joint)
        if day == -39 + 3 * place:
            yield approve(story, name, story.at(day, "12:00", "A"))
        if day < 0:
            continue
        if story.rng.random() < 0.7:
            yield from session(
                story, name, laptop, "A", story.at(day, clock, "A", jitter=25), 90, home, active=0.8, login=True
            )
        if story.rng.random() < 0.4:
            ts = story.at(day, "12:30", "A", jitter=20) + place * 3_600_000
            yield from session(story, name, phone, "A", ts, 20, story.address("mobile", "A"))
        if day in (10, 40):
            money = {
                "instrument_h": story.hash("instrument", "joint"),
                "instrument_type": "bank",
                "amount": 800.0,
                "currency": "USD",
            }
            yield story.event(story.at(day, "20:00", "A", jitter=30), "payout.requested", name, **money, ip=home)


T2 = Scenario(
    id="T2",
    title="Couple sharing laptop, phone and bank",
    story="Two people of one household use one laptop, one phone and one joint account for two honest accounts.",
    kind="stress",
    number=10,
    days=45,
    tell=tell,
    focus=("p1", "p2"),
    expected={"shared_device_multi_account": 0.3, "payout_instrument_shared": 0.2, "strong_edge_cluster": 0.0},
    expected_tier="none",
    tier_now="none",
    missing=("contact_reuse_across_accounts",),
    history_days=40,
)
