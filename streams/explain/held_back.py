"""What still holds an indicator back at shared things, and the mitigating fact that stands for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.detection.catalogue.model import Indicator, Mitigator
from streams.detection.families.network.places import OFFICES
from streams.detection.families.network.proxies import PROXIES
from streams.detection.messages import Assessment
from streams.detection.windows import DAY
from streams.explain.explanation import HeldBack
from streams.explain.intake import Intake
from streams.explain.suppression import REASONS, Suppressed

NOTHING = 0.05
"""An effective confidence below this is nothing: it adds less than five points at the greatest weight."""
_WHERE = {
    "shared_ip_multi_account": "ip",
    "shared_subnet_single_use_devices": "subnet",
    "proxy_exit_cooccurrence": "pair",
}
_CLASSES: dict[str, frozenset[str]] = {
    "MIT-OFFICE": OFFICES,
    "MIT-CGNAT": frozenset({"mobile", "cgnat"}),
    "MIT-RELAY": frozenset({"relay"}),
    "MIT-CORP": frozenset({"corporate"}),
}
"""Mitigating fact → network classes that establish it, whose addresses are never compared with other accounts."""


def left_out(indicator: str, intake: Intake) -> str:
    """Say how many sessions an indicator did not look at, and why; empty for none, or where it does not matter."""
    if indicator == PROXIES and intake.stale:
        noun = "event" if intake.stale == 1 else "events"
        return (
            f"{intake.stale:,} session {noun} came from residential proxies by lists of other days; such tags hold for"
            " about a day, and those are not counted."
        )
    times, sessions = intake.uncompared[_WHERE.get(indicator, "")], intake.carried["session_address"]
    if not times:
        return ""
    kinds = ", ".join(sorted(intake.given))
    return (
        f"{times:,} of {sessions:,} session events came from addresses that are given to whoever comes ({kinds});"
        " those are not compared with other accounts."
    )


def silenced_by_class(mitigator: Mitigator, intake: Intake) -> set[str]:
    """Indicators that a fact keeps silent where it holds, since addresses of such networks are not compared."""
    if _CLASSES.get(mitigator.id, frozenset()).isdisjoint(intake.given):
        return set()
    return {name for name, kind in _WHERE.items() if name in mitigator.effects and intake.uncompared[kind]}


def stands_for(reason: str, having: Iterable[str]) -> str:
    """The mitigating fact among those the account has that a reason stands for; empty for none."""
    mitigator = REASONS[reason].mitigator
    return mitigator if mitigator in having else ""


def held_back(
    suppressed: Mapping[tuple[str, str], Suppressed], indicator: Indicator, own: Assessment, now: int
) -> tuple[HeldBack, ...]:
    """What holds `indicator` back, strongest first, where something of it would still be left at `now` (ms).

    Of several things of one kind that are silent for one reason, the one that would have said most.
    """
    having = [item.mitigator for item in own.mitigations]
    found = {
        HeldBack(
            item.reason,
            REASONS[item.reason].text,
            item.entity.partition(":")[0],
            round(item.evidence.confidence, 3),
            stands_for(item.reason, having),
        )
        for (name, _), item in suppressed.items()
        if name == indicator.id and _left(item, indicator, now) >= NOTHING
    }
    strongest = {(one.reason, one.kind): one for one in sorted(found, key=lambda one: one.confidence)}
    return tuple(sorted(strongest.values(), key=lambda one: (-one.confidence, one.reason, one.kind)))


def sentence_of(held: HeldBack, *, fired: bool = False) -> str:
    """Say what holds an indicator back, entirely or, where it `fired`, in part; and what it would have said."""
    fact = f" ({held.mitigator})" if held.mitigator else ""
    return f"{'Held down' if fired else 'Suppressed'}, since {held.text}{fact}; without that it would have fired with {held.confidence:g}."


def _left(item: Suppressed, indicator: Indicator, now: int) -> float:
    days = max(0, now - item.evidence.last) / DAY
    left: float = item.evidence.confidence * 2.0 ** (-days / indicator.half_life_days)
    return left
