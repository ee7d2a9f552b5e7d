"""When an account's evidence is worth telling the cases stage, and what is told."""

from __future__ import annotations

from streams.detection.account_state import AccountState
from streams.detection.catalogue.model import Catalogue
from streams.detection.messages import Assessment, Evidence, Mitigation
from streams.detection.profile import tenured
from streams.detection.scoring import score, weigh
from streams.detection.windows import DAY

FLOOR = 20.0
"""Below this score an account alone cannot reach `watch`; it is still told when it shares something with another account, since
both together may."""
STEP = 0.1
"""A confidence that moved by less is not news."""
RENEWED = 7 * DAY
"""Evidence seen again is told again in another week: what fades within days must not fade where it goes on."""
EVIDENCE = 40
"""Pieces of evidence told of an account; one that fires for everything it shares has more."""
_POOR_RADIUS_KM = 200


def assess(catalogue: Catalogue, account_id: str, account: AccountState) -> Assessment | None:
    """The assessment to send now, or None when it would say nothing new. Remembers what was sent."""
    if not account.fired and not account.sent:
        return None
    told = standing(catalogue, account_id, account)
    evidence, mitigations = told.evidence, told.mitigations
    weighed = weigh(catalogue, evidence, mitigations, account.watermark)
    reached = score(catalogue, {name: item.confidence for name, item in weighed.items()})
    if not account.sent and reached.total < FLOOR and not any(item.entity for item in evidence):
        return None
    digest: list[float | int | str] = [reached.tier]
    for name in sorted(weighed):
        digest += [name, round(weighed[name].confidence / STEP), weighed[name].evidence.last // RENEWED]
    digest += [mitigation.mitigator for mitigation in mitigations]
    if told.agency:
        digest.append(told.agency)
    if digest == account.sent:
        return None
    account.sent = digest
    return told


def standing(catalogue: Catalogue, account_id: str, account: AccountState) -> Assessment:
    """The assessment as it stands, whether or not it is worth telling; nothing is remembered of it."""
    mitigations = _mitigations(account)
    return Assessment(
        account_id,
        account.watermark,
        _evidence(catalogue, account, mitigations),
        mitigations,
        _unknowns(account),
        _quality(account),
        account.tables,
        account.profile.agency if account.profile.agency_verified else "",
    )


def _evidence(catalogue: Catalogue, account: AccountState, mitigations: list[Mitigation]) -> list[Evidence]:
    """What is told, by slot. Where there is too much, what weighs least now is left out, and nothing that no other slot says."""
    slots = sorted(account.fired)
    if len(slots) > EVIDENCE:
        weight: dict[str, float] = {}
        for slot in slots:
            ((name, item),) = weigh(catalogue, [account.fired[slot]], mitigations, account.watermark).items()
            weight[slot] = catalogue.indicators[name].weight * item.confidence
        ranked = sorted(slots, key=lambda slot: (-weight[slot], slot))
        strongest = {account.fired[slot].indicator: slot for slot in reversed(ranked)}
        first = set(strongest.values())
        slots = sorted(sorted(ranked, key=lambda slot: slot not in first)[:EVIDENCE])
    return [account.fired[slot] for slot in slots]


def _mitigations(account: AccountState) -> list[Mitigation]:
    held = [account.mitigations[name] for name in sorted(account.mitigations)]
    if tenured(account):
        held.append(Mitigation("MIT-TENURE", account.watermark, "two years, ten clients, no dispute"))
    return held


def _unknowns(account: AccountState) -> list[str]:
    """What nobody told us and what therefore could not be compared."""
    profile = account.profile
    stated = {
        "created": profile.created,
        "claimed_country": profile.claimed_country,
        "identity_document": profile.identity,
        "payout_country": profile.payout_countries,
        "claimed_time_zone": profile.claimed_tz,
    }
    return [name for name, value in stated.items() if not value]


def _quality(account: AccountState) -> list[str]:
    """What makes the facts behind the evidence less certain."""
    found = [f"late_events:{account.late}"] if account.late else []
    radius = max((item.numbers.get("radius_km") or 0 for item in account.fired.values()), default=0)
    if isinstance(radius, int | float) and radius > _POOR_RADIUS_KM:
        found.append(f"geo_radius_km:{radius:g}")
    return found
