"""Whether a capture replays to the same alerts: those of the original under the new names, held against those of the capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from streams.detection.alert import Alert
from streams.replay.comparison import compare
from streams.replay.comparison_text import lines_of
from streams.replay.replayer import standing

Rename = Callable[[str], str]
Said = dict[str, Any]


class Proof(msgspec.Struct, frozen=True):
    """What came out: alerts that stand in the original and in the capture, and what differs in words, with pseudonyms only."""

    before: int
    after: int
    differences: tuple[str, ...]
    ties: tuple[str, ...] = ()
    """Evidence that several accounts of one alert have equally: the alert shows that of the first by name, which is another one now."""

    @property
    def holds(self) -> bool:
        """Whether nothing differs but which of equals is shown."""
        return not self.differences


def prove(before: Sequence[Alert], after: Sequence[Alert], account: Rename, case: Rename) -> Proof:
    """Compare tier, status, score, members, evidence with its times, and mitigating facts of every alert, also of those that are over."""
    renamed = [_renamed(alert, account, case) for alert in before]
    differences, ties = _differences(renamed, after)
    if differences:
        differences += ["", *lines_of(compare(renamed, after))]
    return Proof(len(standing(renamed)), len(standing(list(after))), tuple(differences), tuple(ties))


def _renamed(alert: Alert, account: Rename, case: Rename) -> Alert:
    replace = msgspec.structs.replace
    subject, lone = alert.subject, alert.subject.kind == "account"
    return replace(
        alert,
        alert_id=case(alert.alert_id),
        joined_to=alert.joined_to and case(alert.joined_to),
        subject=replace(
            subject,
            id=account(subject.id) if lone else case(subject.id),
            account_ids=tuple(sorted(map(account, subject.account_ids))),
        ),
        mitigating=tuple(replace(item, account_id=account(item.account_id)) for item in alert.mitigating),
    )


def _differences(before: Sequence[Alert], after: Sequence[Alert]) -> tuple[list[str], list[str]]:
    """Every field that differs, alert by alert, and ties. Alerts of the same accounts are taken in the order of their evidence."""
    old, new = _by_accounts(before), _by_accounts(after)
    found: list[str] = []
    ties: list[str] = []
    for who in sorted(old.keys() | new.keys()):
        ours, theirs = old.get(who, []), new.get(who, [])
        if len(ours) != len(theirs):
            found.append(f"{who}: {len(ours)} alerts before, {len(theirs)} after")
        for one, other in zip(ours, theirs, strict=False):
            found += _unlike(who, _said(one), _said(other))
            lone = one.subject.kind == "account"
            (found if lone else ties).extend(_unlike(who, _when(one), _when(other)))
    return found, ties


def _unlike(who: str, one: Said, other: Said) -> list[str]:
    return [
        f"{who}: {name}: {one.get(name)} → {other.get(name)}"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def _hides(alert: Alert) -> bool:
    """Of more accounts than an alert names, the first ones by name are shown, so there the number must do."""
    return alert.subject.accounts > len(alert.subject.account_ids)


def _by_accounts(alerts: Sequence[Alert]) -> dict[str, list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in sorted(
        alerts, key=lambda alert: (alert.last_evidence, alert.status, alert.score, alert.first_evidence)
    ):
        who = f"{alert.subject.accounts} accounts" if _hides(alert) else ", ".join(sorted(alert.subject.account_ids))
        found.setdefault(who, []).append(alert)
    return found


def _said(alert: Alert) -> Said:
    hidden = _hides(alert)
    return {
        "tier": alert.tier,
        "status": alert.status,
        "score": alert.score,
        "disposition": alert.disposition,
        "last evidence": alert.last_evidence,
        "expires": alert.expires_at,
        "mitigating": sorted(
            (item.mitigator, "" if hidden else item.account_id, "" if hidden else item.since)
            for item in alert.mitigating
        ),
        **{f"evidence {item.indicator}": (item.confidence, item.contribution) for item in alert.evidence},
    }


def _when(alert: Alert) -> Said:
    return {"first evidence": alert.first_evidence} | {
        f"times of {item.indicator}": (item.count, item.first_seen, item.last_seen) for item in alert.evidence
    }
