"""What a run did, for people: one line a fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from streams.cli.text import safe, wrapped
from streams.detection.scoring import TIERS
from streams.replay.replayer import Replayer, standing

NAME = 10


def lines_of(run: Replayer, seconds: float, gone: int = 0, absent: Sequence[str] = ()) -> list[str]:
    """Events, what was refused, alerts by tier, indicators that fired."""
    rate = run.events / seconds if seconds else 0
    alerts = run.alerts()
    tiers = Counter(alert.tier for alert in standing(alerts))
    over = Counter(alert.status for alert in alerts if alert.status not in ("watch", "open", "updated"))
    told = {name: tiers[name] for name in reversed(TIERS) if name != "none"} | dict(sorted(over.items()))
    rows = [("events", f"{run.events:,} of {run.records:,} records in {seconds:.1f} s, {rate:,.0f} events/s")]
    if gone:
        rows.append(("gone", f"{gone:,} records of the range are no longer in Kafka"))
    if run.left_out:
        rows.append(("left out", f"{run.left_out:,} events that were not selected"))
    rows += [("absent", f"account {safe(name)}: no event of it was selected") for name in absent]
    rows += [("refused", line) for line in refused(run)]
    rows += [("besides", _listed(run.besides))] if run.besides else []
    rows.append(("alerts", _listed(told, zeros=True) + f"; {run.revisions:,} revisions"))
    rows += [("notices", f"{run.notices:,} safety notices")] if run.notices else []
    fired = dict(run.counts("indicator_firings").most_common())
    rows.append(("fired", _listed(fired) or "nothing"))
    return [line for name, text in rows for line in wrapped(text, indent=" " * NAME, first=f"{name:<{NAME}}")]


def refused(run: Replayer) -> list[str]:
    """What was refused, the most frequent first."""
    return [
        f"{found.times:,} {reason}, first {found.where}: {safe(found.detail)}"
        for reason, found in sorted(run.refused.items(), key=lambda item: (-item[1].times, item[0]))
    ]


def _listed(counts: Mapping[str, int], *, zeros: bool = False) -> str:
    return ", ".join(f"{name} {times:,}" for name, times in counts.items() if times or zeros)
