"""Who is a member of a shared thing, since when, and who makes room."""

from __future__ import annotations

from streams.detection.entity_state import MEMBERS
from streams.detection.messages import Who
from streams.detection.windows import DAY
from tests.detection.test_entities import DEVICE, T0, Things


def test_a_late_link_turns_no_time_back_and_tells_of_an_earlier_beginning() -> None:
    things = Things()
    for name, day in (("a", 5), ("a", 4.9), ("b", 10), ("a", 9.9)):
        things.link("device", name, day)
    (finding,) = [finding for finding in things.findings if finding.account == "a"]
    assert (finding.indicator, finding.ts, finding.first) == (DEVICE, T0 + 10 * DAY, T0 + round(4.9 * DAY))
    assert things.state("device").watermark == T0 + 10 * DAY


def test_what_a_late_link_says_of_an_account_is_older_than_what_is_known() -> None:
    things = Things()
    things.link("device", "a", 5, Who(related=("b",)))
    things.link("device", "a", 4.9, Who())
    things.link("device", "b", 6)
    assert things.findings == []
    assert things.state("device").members["a"].last == T0 + 5 * DAY


def test_what_still_holds_is_said_again_each_week_so_that_it_does_not_fade() -> None:
    things = Things()
    for day in range(16):
        for name in "abc":
            things.link("ip", name, day, network="n")
    told = [(finding.ts - T0) // DAY for finding in things.findings if finding.account == "a"]
    assert told == [0, 7, 14]


def test_who_was_there_least_lately_makes_room_and_is_counted() -> None:
    things = Things()
    for n in range(MEMBERS + 2):
        things.link("ip", f"a{n:02}", n / 24, network="n")
    state = things.state("ip")
    assert state.members.keys() == {f"a{n:02}" for n in range(2, MEMBERS + 2)}
    assert state.evicted == 2
