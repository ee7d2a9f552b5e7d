"""What every event has, whatever its type."""

from __future__ import annotations

from typing import Annotated

import msgspec

from schemas.events.fields import Id, Moment


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True, gc=False):
    """One thing that happened to one account, at the moment the platform says it happened.

    `gc=False`: values come from JSON and cannot form cycles, so the collector need not walk millions of them.
    """

    event_id: Id
    """Unique per platform; the same id again is the same event."""
    occurred_at: Moment
    """Event time. Every window is reckoned in it."""
    account_id: Id
    """The account that acted, or that the event is about when the platform or a client acted."""
    ip: str | None = None
    """Address as the platform saw it, unjudged: `schemas.addresses` says whether it is one."""
    device_id: Id | None = None
    """First-party device id, or fingerprint hash where there is none."""
    user_agent: str | None = None
    tz: str | None = None
    """IANA time zone that the device reports."""
    tz_offset_min: Annotated[int, msgspec.Meta(ge=-16 * 60, le=16 * 60)] | None = None
    """The device's offset, minutes EAST of UTC (UTC+8 = 480; JavaScript's getTimezoneOffset has the other sign)."""
    session_id: Id | None = None
