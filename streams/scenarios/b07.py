"""B07: an employer's laptop behind a secure access service abroad, and the owner's phone at home."""

from __future__ import annotations

from collections.abc import Iterator

from streams.scenarios.people import settle
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

MEETINGS = (4, 11)
TOOLS = (6, 13, 20)


def tell(story: Story, day: int) -> Iterator[Timed]:
    """On working days the laptop is on all day, and the phone three times meanwhile."""
    laptop, phone = story.device("laptop", "windows"), story.device("phone", "android")
    home = story.address("home", "A")
    if day == -120:
        yield from settle(story, "e1", "A", day, laptop, home)
    if day == -20:
        yield from session(story, "e1", phone, "A", story.at(day, "18:00", "A"), 30, home)
        work = {"affiliation_type": "employer", "employer_h": story.hash("employer", "e1")}
        yield story.event(story.at(day, "18:10", "A"), "affiliation.declared", "e1", **work)
    if day < 0:
        if day % 9 == 0:
            yield from session(story, "e1", laptop, "A", story.at(day, "19:00", "A", jitter=60), 45, home, login=True)
        return
    if story.calendar.weekday(day) < 5:
        office = story.address("corporate", "B", day % 3)
        yield from session(
            story, "e1", laptop, "A", story.at(day, "09:00", "A", jitter=15), 480, office, active=0.8, login=True
        )
        for clock in ("10:30", "12:30", "16:00"):
            carrier = story.address("mobile", "A", day % 5)
            yield from session(story, "e1", phone, "A", story.at(day, clock, "A", jitter=15), 25, carrier, every=5)
    if day in MEETINGS:
        call = {
            "meeting_id": f"{story.key}-m{day}",
            "required": True,
            "outcome": "held",
            "camera_on": True,
            "liveness": "pass",
        }
        join = {"join_ip": home, "join_country": story.places.iso("A"), "join_tz": story.places.zone("A")}
        yield story.event(
            story.at(day, "11:30", "A"), "meeting.held", "e1", **call, **join, client_id=story.account("client")
        )
    if day in TOOLS:
        tool = {"kind": "rmm", "tool": "TeamViewer", "evidence": "agent", "install_method": "mdm", "declared": True}
        yield story.event(story.at(day, "13:00", "A"), "remote_tool.seen", "e1", **tool, device_id=laptop.id)


B07 = Scenario(
    id="B07",
    title="Corporate VPN split tunnel",
    story="A managed laptop leaves through the employer's gateway in B while the owner's phone is on a network in A.",
    kind="benign",
    number=9,
    days=30,
    tell=tell,
    focus=("e1",),
    expected={"impossible_travel": 0.2, "concurrent_distant_sessions": 0.0, "vps_hosting_egress": 0.0},
    expected_tier="none",
    tier_now="none",
    missing=("interview_network_mismatch", "remote_access_tool_seen"),
    history_days=120,
)
