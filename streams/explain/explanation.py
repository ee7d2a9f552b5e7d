"""The explanation of one account: a public contract (`streams/json/explanation.schema.json`), and nothing but values."""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal[
    "counts", "mitigated", "suppressed", "faded", "taken_back", "below", "too_short", "not_known", "off", "planned"
]
"""`counts`: it fired and adds to the score · `mitigated`: it fired, and a mitigating fact leaves nothing of it · `suppressed`: at what
accounts share, a named reason keeps it from firing · `faded`: it fired long ago · `taken_back`: it fired, and what came later withdrew
it · `below`: thresholds were not reached · `too_short`: fewer days are known than it weighs · `not_known`: something it compares was
never told · `off`: not switched on · `planned`: no code yet."""


Seen = Literal["found", "ever", "end"]
"""`found`: the finding's own number · `ever`: the value nearest to firing that was ever seen · `end`: as it stands at the end of the
stream."""


class Saw(msgspec.Struct, frozen=True):
    """One number that was held against a threshold, in the threshold's unit."""

    threshold: str
    """Name in the catalogue; empty for a number that is counted in code."""
    text: str
    seen: float
    """What was seen: `when` says of what or when."""
    needed: float
    reached: bool
    unit: str = ""
    at_most: bool = False
    """The indicator needs less than `needed`."""
    when: Seen = "ever"


class HeldBack(msgspec.Struct, frozen=True):
    """What one shared thing would have said of the account, had there not been a reason not to."""

    reason: str
    """declared · crowd · hub · omnibus · common · agency · declared_relation · identity · household · related (several of these)."""
    text: str
    """The reason in words."""
    kind: str
    """Kind of the shared thing: ip, subnet, pair, device, payout."""
    confidence: float
    """With which it would have fired."""
    mitigator: str = ""
    """The account's mitigating fact that stands for the reason."""


class IndicatorExplained(msgspec.Struct, frozen=True):
    """One indicator: did it fire, what did it see, what suppressed it."""

    indicator: str
    family: str
    title: str
    outcome: Outcome
    why: str
    """One sentence."""
    saw: tuple[Saw, ...] = ()
    missing: tuple[str, ...] = ()
    """What it needs and was never told."""
    confidence: float = 0.0
    """As fired, before decay and mitigating facts."""
    effective: float = 0.0
    contribution: float = 0.0
    """Points of the score, whoever of those who are weighed together has it most strongly."""
    faded_to: float = 1.0
    """What time alone leaves of it."""
    mitigated_by: tuple[str, ...] = ()
    suppressed_by: tuple[HeldBack, ...] = ()
    """Reasons at shared things without which it would have fired, or fired more strongly; strongest first."""
    left_out: str = ""
    """What of the account was not compared at all, in one sentence."""
    last: str | None = None
    threshold: str = ""
    """The catalogue's threshold in words."""
    window: str = ""


class Part(msgspec.Struct, frozen=True):
    """A family or an area of the score: what its members add up to under its cap."""

    code: str
    title: str
    value: float
    of: tuple[str, ...]
    cap: float | None = None
    capped: bool = False


class Count(msgspec.Struct, frozen=True):
    """One number that a tier asks for."""

    text: str
    has: float
    needs: float


class Condition(msgspec.Struct, frozen=True):
    """One of the ways to a tier: it holds when every count has what it needs."""

    tier: str
    counts: tuple[Count, ...]
    holds: bool


class Reckoning(msgspec.Struct, frozen=True):
    """How the score came together: contributions → families → areas → total → gate → tier (catalogue §4.3)."""

    total: float
    tier: str
    families: tuple[Part, ...]
    areas: tuple[Part, ...]
    conditions: tuple[Condition, ...]


class Fact(msgspec.Struct, frozen=True):
    """One mitigating fact that an account has."""

    mitigator: str
    account_id: str
    sentence: str
    since: str
    until: str | None
    lowers: tuple[str, ...]
    """Indicators of the evidence that it lowers."""
    suppresses: tuple[str, ...] = ()
    """Indicators that it keeps from firing at what accounts share."""


ChangeKind = Literal[
    "evidence_gone",
    "evidence_added",
    "evidence_full",
    "mitigation_gone",
    "mitigation_added",
    "suppression_gone",
    "tie_gone",
    "threshold",
]
"""`evidence_full`: it fired, and had it fired with confidence 1 · `suppression_gone`: without a reason at a shared thing that is no
mitigating fact · `tie_gone`: without a shared thing, that is without the strong ties and the evidence that come from it · `threshold`:
one threshold set otherwise."""


class Change(msgspec.Struct, frozen=True):
    """One thing that, had it been otherwise, would have given another tier."""

    kind: ChangeKind
    what: str
    """Indicator, mitigator, reason, kind of shared thing, or `indicator.threshold`."""
    tier: str
    score: float
    text: str
    was: float | None = None
    to: float | None = None
    """Of a threshold: what it is, and the value that gives the other tier."""


class CaseSeen(msgspec.Struct, frozen=True):
    """The case that the account belongs to, as it was last published."""

    case_id: str
    tier: str
    status: str
    revision: int


class Explanation(msgspec.Struct, frozen=True):
    """Everything that can be said about why an account has its tier, computed from the state at the end of the stream."""

    account_id: str
    at: str
    """Event time at which everything was weighed: the newest of the account and of those who were tied to it until then."""
    events: int
    first_event: str
    last_event: str
    event_types: dict[str, int]
    accounts: int
    """Accounts weighed together: itself, and those tied to it by strong ties."""
    case: CaseSeen | None
    reckoning: Reckoning
    indicators: tuple[IndicatorExplained, ...]
    facts: tuple[Fact, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    catalogue: str
    tables: str
    schema_version: int = 1
