"""B06: a developer in Z with a bank in Z, who reaches clients in U through a named VPN at night."""

from __future__ import annotations

from collections.abc import Iterator

from streams.scenarios.clock import DAY, HOUR, MINUTE
from streams.scenarios.people import add_bank, approve, show_document, sign_up
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

EXITS = ("U", "D", "L", "X", "N")
TENURE = 1095
"""Three years."""
CLIENTS = 14
CURRENT = 3
HOME_SHARE = 0.1
PAYDAYS = (10, 40)
CHATS = (2, 7, 12, 17, 23, 29, 35, 42, 49, 56)


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Claim, document, bank and clock all say Z; nothing here is softened for the VPN."""
    laptop, home = story.device("laptop", "windows"), story.address("home", "Z")
    if day < 0:
        yield from _past(story, day)
        return
    begin = story.at(day, "21:00", "Z", jitter=15)
    for leg in range(5):
        letter = EXITS[(day + leg) % len(EXITS)]
        exit_ = story.address("vpn", letter, day % 6, network=leg, tag="ASTRILL")
        ip = home if story.rng.random() < HOME_SHARE else exit_
        yield from session(story, "z1", laptop, "Z", begin + leg * 72 * MINUTE, 70, ip, active=0.85, login=leg == 0)
    if day in PAYDAYS:
        money = {
            "instrument_h": story.hash("instrument", "z1"),
            "instrument_type": "bank",
            "bank_country": story.places.iso("Z"),
        }
        money |= {"holder_type": "person", "currency": "USD"}
        score = {"holder_name_match_score": 0.98, "amount": 2400.0}
        yield story.event(begin + HOUR, "payout.requested", "z1", **money, **score, ip=home, device_id=laptop.id)
    if day in CHATS:
        number = CHATS.index(day)
        chat = {"conversation_id": f"{story.key}-c{number}", "conversation_msg_no": 2, "first_contact": True}
        hint = {"off_platform_hint": True, "channel": "wechat"} if number % 5 < 3 else {}
        to = {"to_account_id": story.account(f"prospect{number}")}
        yield story.event(begin + 90 * MINUTE, "message.sent", "z1", **chat, **hint, **to)


def _past(story: Story, day: int) -> Iterator[Timed]:
    """Signed up from home; document and bank through the VPN; fourteen clients since, the last three current."""
    laptop, home = story.device("laptop", "windows"), story.address("home", "Z")
    vpn = story.address("vpn", "U", tag="ASTRILL")
    age = day + TENURE
    if age == 0:
        yield sign_up(story, "z1", "Z", laptop, home, story.at(day, "20:00", "Z"))
        yield show_document(story, "z1", "Z", laptop, vpn, story.at(day, "21:30", "Z"))
        yield add_bank(story, "z1", "Z", laptop, vpn, story.at(day, "22:00", "Z"))
    if age == 2:
        yield approve(story, "z1", story.at(day, "12:00"))
    number, phase = divmod(age - 20, 75)
    if 0 <= number < CLIENTS and phase in (0, 60):
        ts = story.at(day, "22:00", "Z", jitter=60)
        deal = {
            "contract_id": f"{story.key}-k{number}",
            "client_id": story.account(f"client{number}"),
            "category": "software",
        }
        deal |= {"client_tz": story.places.zone("U"), "client_country": story.places.iso("U")}
        yield from session(story, "z1", laptop, "Z", ts, 60, vpn)
        if phase == 0:
            yield story.event(ts + MINUTE, "contract.started", "z1", **deal)
        elif number < CLIENTS - CURRENT:
            yield story.event(
                ts + MINUTE, "contract.ended", "z1", **deal, reason_code="completed", duration_h=60 * DAY / HOUR
            )
            review = {"to": story.account("z1"), "contract_id": deal["contract_id"], "rating": 5.0}
            yield story.event(ts + 2 * MINUTE, "review.given", f"client{number}", **review)


B06 = Scenario(
    id="B06",
    title="Developer in mainland China, PRC bank, commercial VPN",
    story="Claim, document, bank and clock agree; nine in ten sessions use a named VPN, at night, for clients in U.",
    kind="benign",
    number=8,
    days=61,
    tell=tell,
    focus=("z1",),
    expected={
        "named_vpn_operator": 0.3,
        "multi_ip_multi_country_window": 0.2,
        "anonymizer_at_identity_moment": 0.2,
        "impossible_travel": 0.0,
        "tz_ip_claim_triple_mismatch": 0.0,
        "activity_hours_mismatch": 0.0,
    },
    expected_tier="none",
    tier_now="none",
    missing=("off_platform_push", "payout_corridor_unexplained"),
    history_days=TENURE,
)
