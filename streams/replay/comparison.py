"""Two sets of alerts over the same events: what was added, removed, changed, and how often each indicator speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from streams.detection.alert import Alert
from streams.replay.replayer import standing

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
ROUNDING = 0.05
"""Points by which score and contributions may differ without a change: evidence fades until the moment of publishing, and events that
came in another order within the lateness publish some minutes apart."""
_STEP = 0.0015
"""The same for confidences, which are told with three digits."""
Pair = tuple[Alert | None, Alert | None]


class Reweighed(msgspec.Struct, frozen=True):
    """Evidence that is on both sides with another confidence or contribution, beyond rounding."""

    indicator: str
    confidence: tuple[float, float]
    contribution: tuple[float, float]


class Change(msgspec.Struct, frozen=True):
    """One alert that is not the same on both sides; pairs are before and after, `none` and 0 where it is missing."""

    kind: str
    alert_id: str
    account_ids: tuple[str, ...]
    tier: tuple[str, str]
    score: tuple[float, float]
    evidence_gained: tuple[str, ...]
    evidence_lost: tuple[str, ...]
    evidence_changed: tuple[Reweighed, ...]
    accounts_gained: tuple[str, ...] = ()
    accounts_lost: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True):
    """All that differs. `indicators`: alerts with this evidence, before and after."""

    before: int
    after: int
    changes: tuple[Change, ...]
    indicators: dict[str, tuple[int, int]]

    def count(self, kind: str) -> int:
        """How many alerts were added, removed or changed."""
        return sum(change.kind == kind for change in self.changes)


def compare(before: Sequence[Alert], after: Sequence[Alert]) -> Comparison:
    """Hold the standing alerts of two runs against each other: by their id, else by the accounts that they share most."""
    old, new = standing(list(before)), standing(list(after))
    changes = [change for pair in _pairs(old, new) if (change := _change(*pair)) is not None]
    changes.sort(key=lambda change: ((ADDED, REMOVED, CHANGED).index(change.kind), change.alert_id))
    counts = _indicators(old), _indicators(new)
    names = sorted(counts[0] | counts[1])
    return Comparison(len(old), len(new), tuple(changes), {name: (counts[0][name], counts[1][name]) for name in names})


def _pairs(old: Iterable[Alert], new: Iterable[Alert]) -> list[Pair]:
    """Another catalogue can open a case at another account, which gives it another id, so ids alone do not decide."""
    left = {alert.alert_id: alert for alert in old}
    right = {alert.alert_id: alert for alert in new}
    pairs: list[Pair] = [(left.pop(name), right.pop(name)) for name in sorted(left.keys() & right.keys())]
    about: dict[str, list[str]] = {}
    for other in right.values():
        for account in other.subject.account_ids:
            about.setdefault(account, []).append(other.alert_id)
    common = Counter(
        (one.alert_id, other_id)
        for one in left.values()
        for account in one.subject.account_ids
        for other_id in about.get(account, ())
    )
    for one_id, other_id in sorted(common, key=lambda pair: (-common[pair], pair)):
        if one_id in left and other_id in right:
            pairs.append((left.pop(one_id), right.pop(other_id)))
    pairs += [(alert, None) for alert in left.values()]
    pairs += [(None, alert) for alert in right.values()]
    return pairs


def _change(old: Alert | None, new: Alert | None) -> Change | None:
    shown = new or old
    assert shown is not None
    one, other = _evidence(old), _evidence(new)
    accounts = set(old.subject.account_ids if old else ()), set(new.subject.account_ids if new else ())
    both = old is not None and new is not None
    change = Change(
        kind=CHANGED if both else ADDED if new else REMOVED,
        alert_id=shown.alert_id,
        account_ids=shown.subject.account_ids,
        tier=(old.tier if old else "none", new.tier if new else "none"),
        score=(old.score if old else 0.0, new.score if new else 0.0),
        evidence_gained=tuple(sorted(other.keys() - one.keys())),
        evidence_lost=tuple(sorted(one.keys() - other.keys())),
        evidence_changed=tuple(
            Reweighed(name, (one[name][0], other[name][0]), (one[name][1], other[name][1]))
            for name in sorted(one.keys() & other.keys())
            if differ(one[name][0], other[name][0], _STEP) or differ(one[name][1], other[name][1])
        ),
        accounts_gained=tuple(sorted(accounts[1] - accounts[0])) if both else (),
        accounts_lost=tuple(sorted(accounts[0] - accounts[1])) if both else (),
    )
    same = change.tier[0] == change.tier[1] and not differ(*change.score)
    parts = (change.evidence_gained, change.evidence_lost, change.evidence_changed)
    return None if both and same and not any(parts) and accounts[0] == accounts[1] else change


def differ(before: float, after: float, least: float = ROUNDING) -> bool:
    """Whether two numbers differ by more than rounding."""
    return round(abs(before - after), 6) >= least


def _evidence(alert: Alert | None) -> dict[str, tuple[float, float]]:
    return {item.indicator: (item.confidence, item.contribution) for item in alert.evidence} if alert else {}


def _indicators(alerts: Iterable[Alert]) -> Counter[str]:
    return Counter(item.indicator for alert in alerts for item in alert.evidence)
