"""When an account's evidence is worth telling the cases stage, and what is told."""

from __future__ import annotations

from streams.detection.account_state import AccountState
from streams.detection.catalogue.model import Catalogue
from streams.detection.messages import Assessment, Evidence, Mitigation
from streams.detection.profile import tenured
from streams.detection.scoring import score, weigh

FLOOR = 20.0
"""Below this score an account alone cannot reach `watch`; it is still told when it shares something with another account, since
both together may."""
STEP = 0.1
"""A confidence that moved by less is not news."""
EVIDENCE = 40
_POOR_RADIUS_KM = 200


def assess(catalogue: Catalogue, account_id: str, account: AccountState) -> Assessment | None:
    """The assessment to send now, or None when it would say nothing new. Remembers what was sent."""
    evidence, mitigations = _evidence(account), _mitigations(account)
    if not evidence and not account.sent:
        return None
    weighed = weigh(catalogue, evidence, mitigations, account.watermark)
    reached = score(catalogue, {name: item.confidence for name, item in weighed.items()})
    if not account.sent and reached.total < FLOOR and not any(item.entity for item in evidence):
        return None
    digest: list[float | int | str] = [reached.tier]
    for name in sorted(weighed):
        digest += [name, round(weighed[name].confidence / STEP)]
    digest += [mitigation.mitigator for mitigation in mitigations]
    if digest == account.sent:
        return None
    account.sent = digest
    return Assessment(
        account_id, account.watermark, evidence, mitigations, _unknowns(account), _quality(account), account.tables
    )


def standing(account_id: str, account: AccountState) -> Assessment:
    """The assessment as it stands, whether or not it is worth telling; nothing is remembered of it."""
    return Assessment(
        account_id,
        account.watermark,
        _evidence(account),
        _mitigations(account),
        _unknowns(account),
        _quality(account),
        account.tables,
    )


def _evidence(account: AccountState) -> list[Evidence]:
    return [account.fired[slot] for slot in sorted(account.fired)][:EVIDENCE]


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
