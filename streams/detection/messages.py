"""What travels between the stages in msgpack: links, findings, and what reaches the cases stage."""

from __future__ import annotations

from typing import Any

import msgspec

from enrichers.enriched import Origin

Numbers = dict[str, Any]
"""What an indicator counted, by name: integers, floats and short texts. Sentences are filled from it."""


class Ref(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One raw event behind a piece of evidence. Ordered by event time, so that the kept few are the same in any order."""

    ts: int
    event_id: str
    origin: Origin | None = None


class Who(msgspec.Struct, array_like=True):
    """What a shared thing must know of an account to tell strangers from people who belong together."""

    created: int | None = None
    identity: str = ""
    """Keyed hash of the verified document number, or of the name; empty when unknown."""
    address: str = ""
    """Keyed hash of the verified residence."""
    agency: str = ""
    """Agency id, only when its registration and the membership are verified by both sides."""
    related: tuple[str, ...] = ()
    """Accounts and employers that the account declared."""
    kyc: bool = False
    """The identity was verified."""


class Link(msgspec.Struct, array_like=True):
    """One account seen with one thing that accounts can share."""

    kind: str
    key: str
    account: str
    ts: int
    ref: Ref
    who: Who
    data: Numbers = {}

    @property
    def entity(self) -> bytes:
        """Key of the record and of the entity's state."""
        return f"{self.kind}:{self.key}".encode()


class Finding(msgspec.Struct, array_like=True):
    """What a shared thing says about one account. Confidence 0 takes an earlier finding back."""

    account: str
    indicator: str
    entity: str
    confidence: float
    ts: int
    first: int
    count: int
    numbers: Numbers
    refs: list[Ref]
    mitigation: str = ""
    """A mitigator that the shared thing established (MIT-OFFICE, MIT-PUBTERM), with `indicator` empty; `numbers` then has the reason,
    and under `also` further things that it explains."""


class Evidence(msgspec.Struct, array_like=True):
    """One indicator that fired for an account: raw confidence (before decay and mitigators) at `last`."""

    indicator: str
    confidence: float
    first: int
    last: int
    count: int = 1
    numbers: Numbers = {}
    refs: list[Ref] = []
    entity: str = ""


class Mitigation(msgspec.Struct, array_like=True):
    """One mitigating fact that holds from `first` until `until` (None: as long as it is not withdrawn)."""

    mitigator: str
    first: int
    reason: str
    until: int | None = None
    about: tuple[str, ...] = ()
    """The things (`kind:key`) or indicators that it is confined to; empty: all that the catalogue lists."""


class Assessment(msgspec.Struct, array_like=True, tag=1):
    """All evidence of one account as it stands at `ts`."""

    account: str
    ts: int
    evidence: list[Evidence]
    mitigations: list[Mitigation]
    unknowns: list[str] = []
    data_quality: list[str] = []
    tables: str = ""
    agency: str = ""
    """The agency that MIT-AGENCY is about, when the membership is verified."""

    @property
    def newest(self) -> int:
        """Event time of the newest that it tells: a shared thing may have found something after the account's own last event."""
        return max([self.ts, *(item.last for item in self.evidence)])


class StrongEdge(msgspec.Struct, array_like=True, tag=2):
    """Two accounts share one thing that strangers do not share."""

    edge_type: str
    entity: str
    a: str
    b: str
    ts: int
    ref_a: Ref | None = None
    """The newest event that showed `a` there; `ref_b` likewise."""
    ref_b: Ref | None = None
    told: int = 0
    """Event time at which it was told. `ts` is when both were last there, from which it expires."""

    @property
    def newest(self) -> int:
        """Event time as of which it was told, also by those who told no such time yet."""
        return max(self.ts, self.told)


class EdgeRemoved(msgspec.Struct, array_like=True, tag=3):
    """Edges over a shared thing count no more: it turned out to be a hub or declared, or two accounts to belong together."""

    entity: str
    accounts: list[str]
    ts: int
    kept: list[tuple[str, str]] = []
    """Pairs whose edge over the thing goes on."""


class Disposition(msgspec.Struct, array_like=True, tag=4):
    """A person's decision on an alert (`case.disposition`)."""

    case_id: str
    account: str
    outcome: str
    reasons: list[str]
    ts: int


class TableVersion(msgspec.Struct, frozen=True):
    """One enrichment table: enough to find the very file again. `epoch`: Unix seconds of its build."""

    role: str
    type: str
    epoch: int
    sha256: str


class TablesUsed(msgspec.Struct, array_like=True, tag=5):
    """What a snapshot id in events and assessments stands for; told by whoever enriches, again and again, always the same."""

    snapshot: str
    tables: tuple[TableVersion, ...]


CaseInput = Assessment | StrongEdge | EdgeRemoved | Disposition | TablesUsed
