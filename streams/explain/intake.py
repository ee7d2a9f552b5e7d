"""What an account's events carried: without a place, a clock or a device there is nothing for some indicators to compare."""

from __future__ import annotations

from collections import Counter
from typing import Any

from enrichers.enriched import EnrichedEvent
from schemas.events import (
    AccountCreated,
    DocumentSubmitted,
    LoginSucceeded,
    PayoutMethodAdded,
    ProfileUpdated,
    SessionEnd,
    SessionHeartbeat,
    SessionStart,
)
from streams.detection.families.network import proxies
from streams.detection.families.network.places import CROWDS, NEVER_SHARED
from streams.detection.windows import DAY

_VISITS = (LoginSucceeded, SessionStart)
_SESSIONS = (LoginSucceeded, SessionStart, SessionHeartbeat, SessionEnd)
_MOMENTS = (AccountCreated, DocumentSubmitted, PayoutMethodAdded, ProfileUpdated)
_SHOWN = ("client_hints", "fonts_os", "gpu_renderer", "ja4", "screen")


class Intake:
    """Counts over the events of one account."""

    def __init__(self, tag_days: float) -> None:
        self._tag_days = tag_days
        self.events = 0
        self.first = 0
        self.last = 0
        """Event times, ms; 0 without any event."""
        self.types: Counter[str] = Counter()
        self.carried: Counter[str] = Counter()
        """Name of something that an event can carry (`needs.NEEDS`) → events that did."""
        self.days: set[int] = set()
        """UTC days with a session event."""
        self.given: Counter[str] = Counter()
        """Network class whose addresses are given to whoever comes → session events on one."""
        self.uncompared: Counter[str] = Counter()
        """Kind of shared thing → session events whose address is not compared with other accounts as such."""
        self.stale = 0
        """Session events on a residential proxy by a list of another day."""
        self.unreadable = 0

    def take(self, enriched: EnrichedEvent) -> None:
        """Count one event."""
        event, facts, ts = enriched.event, enriched.facts, enriched.ts
        self.events += 1
        self.first, self.last = min(self.first or ts, ts), max(self.last, ts)
        self.types[str(event.__struct_config__.tag)] += 1
        present = {"address": facts.network is not None, "network_lists": bool(facts.classes)}
        if isinstance(event, _SESSIONS):
            self.days.add(ts // DAY)
            self._place(facts.classes)
            self.stale += proxies.CLASS in facts.classes and not proxies.fresh(facts, ts // DAY, self._tag_days)
            present |= {
                "session_address": facts.network is not None,
                "place": facts.latitude is not None and isinstance(event, _VISITS),
                "country": facts.agreed_country is not None,
                "provider": facts.asn is not None,
                "device": event.device_id is not None,
                "session": not isinstance(event, LoginSucceeded) and event.session_id is not None,
                "input": _input(event) is not None,
                "clock": isinstance(event, _VISITS) and (event.tz is not None or event.tz_offset_min is not None),
                "fingerprint": isinstance(event, SessionStart)
                and facts.agent is not None
                and any(getattr(event, name) for name in _SHOWN),
            }
        if isinstance(event, _MOMENTS):
            present["moment"] = facts.network is not None
        if isinstance(event, PayoutMethodAdded):
            present["holder"] = event.holder_name_match_score is not None
        present["instrument"] = getattr(event, "instrument_h", None) is not None
        present["contact"] = bool(getattr(event, "phone_line_type", None) or getattr(event, "email_domain_class", None))
        self.carried.update(name for name, there in present.items() if there)

    def _place(self, classes: tuple[str, ...]) -> None:
        for kind, apart in (("ip", NEVER_SHARED | CROWDS), ("subnet", CROWDS), ("pair", CROWDS)):
            self.uncompared[kind] += not apart.isdisjoint(classes)
        self.given.update((NEVER_SHARED | CROWDS).intersection(classes))


def _input(event: Any) -> int | None:
    found: int | None = getattr(event, "active_input_count", None)
    return found
