"""What a run did to the data, for people and as `.about.json`: what was changed, what stayed, what may differ, what was proved.

Nothing in it is of the original: no source names, no identifiers, no time of the run, so that the same run gives the same bytes.
"""

from __future__ import annotations

from typing import Final

import msgspec

from streams.capture.capturing import Capturing
from streams.capture.proof import Proof
from streams.cli.text import safe, wrapped
from streams.detection.messages import TableVersion
from streams.detection.timestamps import rfc3339

NAME: Final = 12

KEPT: Final = (
    "times, countries, time zones, amounts and other numbers, words of known vocabularies",
    "what tables say of a network: place, AS number, provider, operator, classes, lists",
    "partition and offset of each event, which lead back only for somebody who may read that Kafka",
)
MAY_DIFFER: Final = (
    "sentences of alerts name other networks; alerts, cases and events have other ids",
    "IPv4 addresses are IPv6 addresses in 3800::/6, which belong to nobody; networks are as separate as they were",
    "events of one moment are told apart by name, so another one of them may be named",
    "an alert on several accounts shows, of equal evidence, that of the account first by name, and decays to whose news came last",
    "a new rule that reads texts (titles, reason codes, tools, domains, agents) finds pseudonyms or only what is read today",
    "alerts do not say which tables a snapshot id stands for: whoever enriches tells it, and a capture is enriched already",
)


class About(msgspec.Struct, frozen=True):
    """The report. `replaced`: distinct things by kind, of events, pictures all; `reduced`, `dropped`: values by field."""

    events: int
    accounts: int
    first: str | None
    last: str | None
    replaced: dict[str, int]
    reduced: dict[str, int]
    dropped: dict[str, int]
    left_out: dict[str, int]
    inexact_prefixes: int
    kept: tuple[str, ...]
    may_differ: tuple[str, ...]
    snapshots: tuple[str, ...]
    """Ids of the table snapshots behind the facts."""
    tables: tuple[TableVersion, ...]
    """The tables that this run looked up in, if it did."""
    catalogue: str
    """Version of the catalogue that the proof used."""
    proof: Proof | None
    """None: not asked for."""
    schema_version: int = 1


def about(run: Capturing, tables: tuple[TableVersion, ...], catalogue: str, proof: Proof | None) -> About:
    """The report of a finished run."""
    redactor = run.redactor
    replaced = dict(redactor.pseudonyms.seen) | _named(redactor.addresses.seen, " address")
    return About(
        events=run.events,
        accounts=len(run.accounts),
        first=None if run.first is None else rfc3339(run.first),
        last=None if run.last is None else rfc3339(run.last),
        replaced=dict(sorted(replaced.items())),
        reduced=dict(sorted(redactor.reduced.items())),
        dropped=dict(sorted(redactor.dropped.items())),
        left_out=dict(sorted((+run.intake.left_out).items())),
        inexact_prefixes=redactor.addresses.inexact,
        kept=KEPT,
        may_differ=MAY_DIFFER,
        snapshots=tuple(sorted(run.snapshots)),
        tables=tables,
        catalogue=catalogue,
        proof=proof,
    )


def encode_about(made: About) -> bytes:
    """JSON, indented: people read it in reviews."""
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"


def lines_of(made: About) -> list[str]:
    """The same for the terminal, at 80 columns."""
    left_out = _listed(made.left_out)
    tables = ", ".join(f"{table.role} {table.type} {table.sha256[:12]}" for table in made.tables)
    rows = [
        ("captured", f"{made.events:,} events of {made.accounts:,} accounts, {made.first} to {made.last}"),
        ("replaced", _listed(made.replaced) or "nothing"),
        ("reduced", _listed(made.reduced)),
        ("dropped", _listed(made.dropped)),
        ("left out", left_out),
        ("inexact", f"{made.inexact_prefixes} IPv6 prefixes cover other addresses" if made.inexact_prefixes else ""),
        *(("kept", text) for text in made.kept),
        *(("may differ", text) for text in made.may_differ),
        ("snapshots", ", ".join(made.snapshots)),
        ("tables", tables),
        ("proof", _proved(made.proof)),
    ]
    return [line for name, text in rows if text for line in wrapped(text, indent=" " * NAME, first=f"{name:<{NAME}}")]


def _proved(proof: Proof | None) -> str:
    if proof is None:
        return "not asked for: whether the capture replays to the same alerts is not known"
    if proof.holds:
        ties = f"; {len(proof.ties)} numbers or times of alerts on several accounts tie otherwise" if proof.ties else ""
        same = f"the same {proof.before} alerts and the same evidence of {proof.accounts} accounts"
        return f"replayed: {same} in the original and in the capture{ties}"
    return f"FAILED: {proof.before} alerts in the original, {proof.after} in the capture; alerts or evidence differ"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{safe(name)} {times:,}" for name, times in counts.items())


def _named(counts: dict[str, int], suffix: str) -> dict[str, int]:
    return {name + suffix: times for name, times in counts.items()}
