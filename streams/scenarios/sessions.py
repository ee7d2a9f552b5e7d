"""A session with heartbeats: the most common thing that happens to an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from streams.scenarios.clock import MINUTE
from streams.scenarios.devices import Device
from streams.scenarios.story import Story, Timed

Route = str | Callable[[float], str]
"""An address, or the address by minutes since the session began."""


def session(
    story: Story,
    account: str,
    device: Device,
    letter: str,
    start: int,
    minutes: float,
    route: Route,
    *,
    every: float = 10,
    active: float = 0.9,
    login: bool = False,
) -> Iterator[Timed]:
    """Yield start, a heartbeat every `every` minutes, end; in event-time order.

    `letter`: where the device's clock is set, `active` the share of heartbeats with input. `login`: a log-in precedes.
    """
    at = route if callable(route) else lambda _minutes: route
    ident = story.session_id()
    same = {"session_id": ident, "device_id": device.id}
    about = {**story.clock(start, letter), **device.client()}
    if login:
        about_login = {name: about[name] for name in ("tz", "tz_offset_min", "user_agent")}
        yield story.event(
            start - 5_000, "login.succeeded", account, ip=at(0), device_id=device.id, mfa="totp", **about_login
        )
    yield story.event(start, "session.start", account, ip=at(0), **same, **about)
    beats = int((minutes - 0.5) // every)
    for beat in range(1, beats + 1):
        typed = story.rng.randint(15, 140) if story.rng.random() < active else 0
        idle = story.rng.randint(0, 90) if typed else round(every * 60)
        ip = at(beat * every)
        ts = start + round(beat * every * MINUTE)
        yield story.event(ts, "session.heartbeat", account, ip=ip, **same, active_input_count=typed, input_idle_s=idle)
    yield story.event(
        start + round(minutes * MINUTE), "session.end", account, ip=at(minutes), **same, active_input_count=0
    )
