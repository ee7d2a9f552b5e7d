"""B01: fourteen freelancers share a coworking office and its one address."""

from __future__ import annotations

from collections.abc import Iterator

from streams.scenarios.clock import HOUR
from streams.scenarios.people import settle
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

WORKERS = tuple(f"w{number}" for number in range(1, 15))
KINDS = ("windows", "macos", "linux", "safari")


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Sign-ups from home, spread over the month before; then office hours, Monday to Friday."""
    for place, name in enumerate(WORKERS):
        device = story.device(name, KINDS[place % len(KINDS)])
        if day == -30 + place:
            yield from settle(story, name, "A", day, device, story.address("home", "A", place, network=place))
        if day == -15 + place // 2:
            desk = story.address("office", "A")
            place_of_work = {"affiliation_type": "coworking", "prefix": story.prefix(desk)}
            yield story.event(story.at(day, "09:00", "A", jitter=30), "affiliation.declared", name, **place_of_work)
        if day >= 0 and story.calendar.weekday(day) < 5 and story.rng.random() < 0.9:
            desk = story.address("office", "A", host=place + 1)
            yield from session(
                story, name, device, "A", story.at(day, "09:10", "A", jitter=50), 200, desk, active=0.7, login=True
            )
            yield from session(story, name, device, "A", story.at(day, "14:00", "A", jitter=40), 195, desk, active=0.7)
    yield from _company(story, day)


def _company(story: Story, day: int) -> Iterator[Timed]:
    if day == 3:
        for giver, receiver in (("w2", "w5"), ("w5", "w2")):
            to = {"to": story.account(receiver), "skill": "python"}
            yield story.event(story.at(3, "15:00", "A", jitter=40), "endorsement.given", giver, **to)
    if day == 4:
        for name in ("w2", "w5"):
            yield story.event(
                story.at(4, "11:00", "A", jitter=40), "profile.updated", name, changed_fields=["billing_contact"]
            )
    if day == 8:
        for place, name in enumerate(("w1", "w3", "w4")):
            ts = story.at(8, "11:00", "A") + place * 600_000
            call = {
                "meeting_id": f"{story.key}-m{place}",
                "required": True,
                "camera_on": True,
                "join_ip": story.address("office", "A"),
            }
            yield story.event(ts + HOUR, "meeting.held", name, **call, client_id=story.account(f"client{place}"))


B01 = Scenario(
    id="B01",
    title="Shared office NAT",
    story="Fourteen freelancers work Monday to Friday in a coworking office: one address, fourteen devices.",
    kind="benign",
    number=4,
    days=30,
    tell=tell,
    focus=WORKERS,
    expected={"shared_ip_multi_account": 0.0, "shared_subnet_single_use_devices": 0.0},
    expected_tier="none",
    tier_now="none",
    missing=("overlapping_meetings_cross_persona", "reference_loop"),
    history_days=30,
)
