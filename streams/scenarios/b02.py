"""B02: a digital nomad with a VPN, who said where the journey goes."""

from __future__ import annotations

from collections.abc import Iterator

from streams.scenarios.people import add_bank, approve, show_document, sign_up
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

STAYS = ((0, "N"), (10, "L"), (25, "B"), (36, "G"), (47, "M"), (54, "K"))
"""First day and letter of each stay: C1 … C6 of the story. Nothing is logged on the day before a long flight."""
EXITS = ("N", "U", "M")
TRAVEL = (35, 46)
HOPS = (25, 26)


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Three VPN sessions in three countries a day, hotel and mobile networks between; the clock is the local one."""
    laptop, phone = story.device("laptop", "macos"), story.device("phone", "iphone")
    if day < 0:
        yield from _before(story, day)
        return
    if day == 0:
        countries = [story.places.iso(letter) for _, letter in STAYS]
        declared = {"countries": countries, "from_date": story.calendar.date(0), "until_date": story.calendar.date(60)}
        yield story.event(story.at(0, "08:00", "A"), "travel.declared", "n1", **declared)
    index, here = max((place, letter) for place, (first, letter) in enumerate(STAYS) if first <= day)
    hotel = story.address("home", here, index)
    if day in HOPS:
        yield from _hop(story, day)
    if day not in TRAVEL:
        for place, (clock, letter) in enumerate(zip(("10:00", "14:00", "19:00"), EXITS, strict=True)):
            exit_ = story.address("vpn", letter, day % 5, network=place, tag="EXAMPLE_VPN")
            yield from session(story, "n1", laptop, here, story.at(day, clock, here, jitter=20), 100, exit_, active=0.8)
        yield from session(story, "n1", laptop, here, story.at(day, "12:20", here, jitter=20), 40, hotel, login=True)
        carrier = story.address("mobile", here, day % 4)
        yield from session(story, "n1", phone, here, story.at(day, "17:10", here, jitter=30), 25, carrier)
    vpn = story.address("vpn", EXITS[0], day % 5, tag="EXAMPLE_VPN")
    if day == 5:
        yield add_bank(story, "n1", "A", laptop, vpn, story.at(5, "10:30", here))
    if day == 6:
        mail = {
            "changed_fields": ["email"],
            "email_norm_h": story.hash("email", "new"),
            "email_domain_class": "ordinary",
        }
        yield story.event(story.at(6, "10:40", here), "profile.updated", "n1", ip=vpn, device_id=laptop.id, **mail)
    if day == 35:
        parcel = {
            "address_h": story.hash("address", "forwarder"),
            "country": story.places.iso("A"),
            "address_type": "freight_forwarder",
        }
        yield story.event(story.at(35, "11:00", here), "shipment.address_set", "n1", **parcel)


def _before(story: Story, day: int) -> Iterator[Timed]:
    laptop, home = story.device("laptop", "macos"), story.address("home", "A")
    if day == -3:
        yield sign_up(story, "n1", "A", laptop, home, story.at(-3, "09:00", "A"))
        yield show_document(story, "n1", "A", laptop, home, story.at(-3, "09:30", "A"))
        yield from session(story, "n1", laptop, "A", story.at(-3, "10:00", "A"), 60, home)
    if day == -2:
        yield approve(story, "n1", story.at(-2, "10:00", "A"))


def _hop(story: Story, day: int) -> Iterator[Timed]:
    """Two hotels, 1,100 km and 75 minutes apart: a flight and a generous geo radius."""
    laptop = story.device("laptop", "macos")
    for clock, letter, index in (("06:30", "L", 1), ("07:45", "B", 2)):
        ts = story.at(day, clock)
        agent = {"device_id": laptop.id, "user_agent": laptop.user_agent, "mfa": "totp"}
        yield story.event(
            ts, "login.succeeded", "n1", ip=story.address("home", letter, index), **agent, **story.clock(ts, letter)
        )


B02 = Scenario(
    id="B02",
    title="Digital nomad with a VPN",
    story="Declared travel through six countries, one VPN operator in three countries a day, hotels and phones.",
    kind="benign",
    number=5,
    days=60,
    tell=tell,
    focus=("n1",),
    expected={
        "multi_ip_multi_country_window": 0.3,
        "anonymizer_at_identity_moment": 0.6,
        "claimed_location_mismatch": 0.2,
        "impossible_travel": 0.1,
        "tz_ip_claim_triple_mismatch": 0.0,
    },
    expected_tier="none",
    tier_now="none",
    missing=("mail_drop_or_forwarder",),
    history_days=3,
)
