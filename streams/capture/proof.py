"""Whether a capture replays to the same: the original's alerts and evidence under the new names, held against the capture's.

Evidence is compared account by account, with all times, counts and confidences. Alerts on one account are compared to the last
number. An alert on several shows, of equal evidence, that of the account first by name, and decays to the moment of whose news came
last; both follow from names, so there tier, status, members, indicators, mitigating facts and a score within two points decide, and the
rest is told as a tie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from streams.detection.account_state import AccountState
from streams.detection.alert import Alert
from streams.detection.verdict import MITIGATED_SHOWN
from streams.replay.comparison import compare
from streams.replay.comparison_text import lines_of
from streams.replay.replayer import Replayer, standing

Rename = Callable[[str], str]
Said = dict[str, Any]
NOTHING: Said = {}
TIE = 2.0
"""Points of 100 by which the score of a case of several accounts may differ through names alone."""


class Proof(msgspec.Struct, frozen=True):
    """Alerts that stand in the original and in the capture, accounts with evidence, and what differs, with pseudonyms only."""

    before: int
    after: int
    accounts: int
    differences: tuple[str, ...]
    ties: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing differs but ties."""
        return not self.differences


class Outcome(NamedTuple):
    """What a replay came to."""

    alerts: list[Alert]
    evidence: dict[str, Said]
    """Account → what speaks for and against it."""


def outcome_of(run: Replayer) -> Outcome:
    """What a replay came to. Accounts of which nothing is said are left out."""
    told = {key.decode(): _evidence(state) for key, state in run.states("accounts")}
    return Outcome(run.alerts(), {account: said for account, said in told.items() if said})


def prove(before: Outcome, after: Outcome, account: Rename, case: Rename) -> Proof:
    """Compare two outcomes, `before` under the new names."""
    alerts = [_renamed(alert, account, case) for alert in before.alerts]
    evidence = {account(name): said for name, said in before.evidence.items()}
    differences, ties = _differences(alerts, after.alerts)
    for name in sorted(evidence.keys() | after.evidence.keys()):
        differences += _unlike(name, evidence.get(name, NOTHING), after.evidence.get(name, NOTHING))
    if differences:
        differences += ["", *lines_of(compare(alerts, after.alerts))]
    return Proof(len(standing(alerts)), len(standing(after.alerts)), len(evidence), tuple(differences), tuple(ties))


def _evidence(state: AccountState) -> Said:
    """By indicator, whatever shared thing it is about: the thing has another name too."""
    found: Said = {}
    for item in state.fired.values():
        found.setdefault(item.indicator, []).append((item.confidence, item.first, item.last, item.count))
    sorted_found: Said = {name: sorted(items) for name, items in sorted(found.items())}
    return sorted_found | {held.mitigator: (held.first, held.until) for held in state.mitigations.values()}


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
            lone = one.subject.kind == other.subject.kind == "account"
            if not lone and abs(one.score - other.score) > TIE:
                found.append(f"{who}: score: {one.score} → {other.score}")
            (found if lone else ties).extend(_unlike(who, _weighed(one), _weighed(other)))
    return found, ties


def _unlike(who: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [
        f"{who}: {name}: {one.get(name)} → {other.get(name)}"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def _by_accounts(alerts: Sequence[Alert]) -> dict[str, list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in sorted(
        alerts, key=lambda alert: (alert.last_evidence, alert.status, alert.score, alert.first_evidence)
    ):
        found.setdefault(", ".join(sorted(alert.subject.account_ids)), []).append(alert)
    return found


def _said(alert: Alert) -> Said:
    hidden = alert.subject.accounts > MITIGATED_SHOWN  # whose are shown is decided by name
    return {
        "tier": alert.tier,
        "status": alert.status,
        "disposition": alert.disposition,
        "indicators": sorted(item.indicator for item in alert.evidence),
        "mitigating": sorted((item.mitigator, "" if hidden else item.account_id) for item in alert.mitigating),
    }


def _weighed(alert: Alert) -> Said:
    return {
        "score": alert.score,
        "times": (alert.first_evidence, alert.last_evidence, alert.expires_at),
        "mitigating since": sorted((item.mitigator, item.since) for item in alert.mitigating),
        **{
            item.indicator: (item.confidence, item.contribution, item.count, item.first_seen, item.last_seen)
            for item in alert.evidence
        },
    }
