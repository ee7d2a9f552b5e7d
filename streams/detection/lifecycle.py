"""What a verdict does to its case: revisions, notifications, and which case goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from streams.detection.case_state import Case
from streams.detection.messages import Disposition
from streams.detection.scoring import TIERS
from streams.detection.verdict import HOLDERS, Verdict, areas_of
from streams.detection.windows import DAY

CASE_DAYS = 90
"""Without new evidence an alert says nothing any more."""
SHOWN_DAYS = 14
"""Evidence that goes on is worth a revision after so long: an alert's newest evidence and its expiry are never wrong by more."""


def over(verdict: Verdict) -> bool:
    """Whether there is too little evidence for a case, or none that is newer than `CASE_DAYS`."""
    return verdict.score.tier == "none" or _expiry(verdict) <= verdict.now


def _expiry(verdict: Verdict) -> int:
    return verdict.last_evidence + CASE_DAYS * DAY


def lifecycle(case: Case, verdict: Verdict) -> bool:
    """Bring `case` up to the verdict; True when there is a revision to publish.

    open → updated … → retracted (nothing is left of it). `resolved` comes from people only. An analyst is notified when the tier rises
    or a new root appears; other revisions only keep the alert true: who is in it, what is found, what mitigates, and until when.
    What fades between two sightings is no revision, or an alert near a threshold would fall and rise every week.
    """
    tier, fingerprint = verdict.score.tier, _fingerprint(verdict)
    digest = [tier, fingerprint, *verdict.roots]
    if verdict.weighed:  # where nothing is found any more, the validity is that of what was
        case.expires = _expiry(verdict)
    case.first = min(filter(None, [case.first, *verdict.firsts.values()]), default=0)
    known = digest == case.digest or _only_faded(case, verdict, fingerprint)
    if known and case.expires > verdict.now and verdict.last_evidence - case.shown < SHOWN_DAYS * DAY:
        return False
    case.tier = tier
    case.members = verdict.members
    case.revision += 1
    if over(verdict):
        case.status = "retracted"
        return True
    alertable = TIERS.index(tier) >= TIERS.index("review")
    case.digest, case.shown = digest, verdict.last_evidence
    if alertable and not case.alerted:
        case.alerted, case.status = True, "open"
    else:
        case.status = "updated" if case.alerted else "watch"
    return True


def _fingerprint(verdict: Verdict) -> str:
    """A hash of who is in it, what is found of whom, and every mitigating fact, which an alert always shows (catalogue §4.4)."""
    found = [
        (name, item.mitigated_by, sorted(verdict.holders[name])[:HOLDERS])
        for name, item in sorted(verdict.weighed.items())
    ]
    said = msgspec.msgpack.encode([verdict.members, found, sorted(verdict.mitigating)])
    return hashlib.blake2s(said, digest_size=8).hexdigest()


def _only_faded(case: Case, verdict: Verdict, fingerprint: str) -> bool:
    """Whether less is left of what the newest revision said only because its evidence waits to be seen again."""
    if case.digest[1:2] != [fingerprint]:
        return False
    now, then, steady = (TIERS.index(tier) for tier in (verdict.score.tier, case.digest[0], verdict.steady.tier))
    return now <= then <= steady and {*verdict.roots} <= {*case.digest[2:]} <= {*areas_of(verdict.steady)}


def revivable(cases: Sequence[Case], verdict: Verdict) -> Case | None:
    """The retracted case that goes on when its evidence comes back while it would still be valid: one episode, one identity.

    So does one that had joined another case and has left it again, unless people have decided since on the account at which it began.
    """
    decisions = [case for case in cases if case.status == "resolved"]
    for case in sorted(cases, key=lambda case: (case.opened, case.case_id)):
        if (
            case.status == "retracted"
            and case.anchor in verdict.members
            and verdict.now < case.expires
            and not any(case.opened <= made.decided and case.anchor in made.members for made in decisions)
        ):
            return case
    return None


def revive(case: Case) -> None:
    """Let a retracted case go on: whatever is found is worth a revision."""
    case.digest, case.joined_to = [], ""


def join(case: Case, older: Case) -> None:
    """End a case that became part of an older one. Whoever was told of both has heard all that either said."""
    case.status, case.tier, case.joined_to = "retracted", "none", older.case_id
    case.revision += 1
    if older.alerted:
        know(older, case.notified, case.roots)


def notifies(case: Case, verdict: Verdict) -> bool:
    """Whether this revision is worth a person's attention; remembers that they were told."""
    if case.closed or TIERS.index(verdict.score.tier) < TIERS.index("review") or not verdict.is_news_to(case):
        return False
    know(case, verdict.score.tier, verdict.roots)
    return True


def decide(case: Case, verdict: Verdict, told: Disposition) -> None:
    """End the episode as a person decided; a later decision corrects an earlier one.

    What they looked at is known, also where it was not worth a notification or is gone.
    """
    shown = case.digest or ["none"]
    know(case, shown[0], shown[2:])
    know(case, verdict.score.tier, verdict.roots)
    case.status, case.disposition, case.decided, case.revision = "resolved", told.outcome, told.ts, case.revision + 1


def know(case: Case, tier: str, roots: Iterable[str]) -> None:
    """Remember that somebody was told of a tier and of roots."""
    case.notified = max(case.notified, tier, key=TIERS.index)
    case.roots = sorted({*case.roots, *roots})
