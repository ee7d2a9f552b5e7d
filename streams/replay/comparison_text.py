"""A comparison as a table for people, at 80 columns."""

from __future__ import annotations

from streams.cli.text import safe, wrapped
from streams.replay.comparison import ADDED, CHANGED, REMOVED, Change, Comparison

SHOWN = 3
"""Account ids of an alert that are named."""


def lines_of(comparison: Comparison) -> list[str]:
    """The counts, then every alert that differs, then the indicators."""
    kinds = ", ".join(f"{comparison.count(kind)} {kind}" for kind in (ADDED, REMOVED, CHANGED))
    lines = [f"{comparison.before} alerts before, {comparison.after} after: {kinds}"]
    for change in comparison.changes:
        lines += ["", *_change(change)]
    if comparison.indicators:
        lines += ["", f"{'indicator':<42}{'before':>8}{'after':>8}{'':>8}"]
    for name, (before, after) in comparison.indicators.items():
        difference = f"{after - before:+d}" if after != before else ""
        lines.append(f"{name:<42}{before:>8}{after:>8}{difference:>8}".rstrip())
    return lines


def _change(change: Change) -> list[str]:
    accounts = ", ".join(change.account_ids[:SHOWN])
    more = len(change.account_ids) - SHOWN
    subject = safe(accounts) + (f" and {more} more" if more > 0 else "")
    lines = wrapped(f"{subject} ({change.alert_id})", indent=" " * 9, first=f"{change.kind:<9}")
    lines.append(f"{'':<9}{_step(*change.tier)}, score {_step(f'{change.score[0]:g}', f'{change.score[1]:g}')}")
    signs = (
        ("+", change.evidence_gained),
        ("-", change.evidence_lost),
        (
            "~",
            tuple(_reweighed(item.indicator, item.confidence, item.contribution) for item in change.evidence_changed),
        ),
        ("+ accounts", change.accounts_gained),
        ("- accounts", change.accounts_lost),
    )
    for sign, texts in signs:
        if texts:
            lines += wrapped(", ".join(texts), indent=" " * 13, first=f"{'':<9}{sign} ")
    return lines


def _reweighed(name: str, confidence: tuple[float, float], contribution: tuple[float, float]) -> str:
    return (
        f"{name} {_step(f'{confidence[0]:g}', f'{confidence[1]:g}')}"
        f" for {_step(f'{contribution[0]:g}', f'{contribution[1]:g}')} points"
    )


def _step(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"
