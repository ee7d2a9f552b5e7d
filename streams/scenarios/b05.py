"""B05: somebody browses through a consumer relay that changes addresses all the time."""

from __future__ import annotations

from collections.abc import Iterator

from streams.scenarios.people import add_bank, approve, show_document, sign_up
from streams.scenarios.scenario import Scenario
from streams.scenarios.sessions import session
from streams.scenarios.story import Story, Timed

HOURS = ("09:00", "10:00", "14:30")
"""Local hours of use; each holds four sessions of a quarter of an hour, twelve addresses in all."""


def tell(story: Story, day: int) -> Iterator[Timed]:
    """Everything through the relay: sign-up, document, bank, work."""
    laptop = story.device("laptop", "safari")
    if day == 0:
        mail = {"email_domain_class": "alias", "phone_line_type": "nonFixedVoip"}
        yield sign_up(story, "r1", "A", laptop, _egress(story, 0), story.at(0, "08:30", "A"), **mail)
    if day == 3:
        yield show_document(story, "r1", "A", laptop, _egress(story, 31), story.at(3, "09:20", "A"))
    if day == 4:
        yield approve(story, "r1", story.at(4, "12:00", "A"))
    if day == 9:
        yield add_bank(story, "r1", "A", laptop, _egress(story, 77), story.at(9, "10:20", "A"))
    for hour, clock in enumerate(HOURS):
        begin = story.at(day, clock, "A", jitter=10)
        for quarter in range(4):
            first = ((day * len(HOURS) + hour) * 4 + quarter) * 3
            yield from session(
                story,
                "r1",
                laptop,
                "A",
                begin + quarter * 900_000,
                14.9,
                lambda minutes, first=first: _egress(story, first + int(minutes // 5)),  # type: ignore[misc]
                every=5,
                login=quarter == 0,
            )


def _egress(story: Story, turn: int) -> str:
    """Give the relay's next address: partners take turns, /64s repeat after weeks."""
    return story.address("relay", "A", turn % 16, network=turn % 29, tag=turn % 3 + 1)


B05 = Scenario(
    id="B05",
    title="Consumer relay user",
    story="Behind a relay: twelve addresses an hour of three partners; alias mailbox, VoIP number, true clock.",
    kind="benign",
    number=7,
    days=30,
    tell=tell,
    focus=("r1",),
    expected={
        "voip_or_disposable_contact": 0.5,
        "multi_ip_multi_country_window": 0.0,
        "anonymizer_at_identity_moment": 0.0,
        "impossible_travel": 0.0,
    },
    expected_tier="none",
    tier_now="none",
)
