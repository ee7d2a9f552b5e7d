"""What the page is told, as plain values. Texts that repeat are kept once in `texts` and referred to by number."""

from __future__ import annotations

import msgspec

from streams.explain.explanation import Condition
from streams.replay.comparison import Comparison
from streams.replay.judgement import Ruling
from streams.replay.shadows import Difference


class Item(msgspec.Struct, frozen=True):
    """One piece of evidence within its family: its contribution, and which share of that counts."""

    indicator: str
    contribution: float
    share: float


class FamilyPart(msgspec.Struct, frozen=True):
    """What a family of indicators gives, at most `cap`."""

    code: str
    name: str
    value: float
    cap: float
    share: float
    """What it counts beside the root's strongest family, which counts in full."""
    items: tuple[Item, ...]


class RootPart(msgspec.Struct, frozen=True):
    """What one independent area gives, and by how much the score grows by it; the `adds` of all add up to the score."""

    root: str
    name: str
    value: float
    adds: float
    families: tuple[FamilyPart, ...]


class Composition(msgspec.Struct, frozen=True):
    """How a score and its tier came together (catalogue §4.3)."""

    roots: tuple[RootPart, ...]
    conditions: tuple[Condition, ...]


class EvidenceView(msgspec.Struct, frozen=True):
    """One indicator that fired. `mitigated`: mitigator and factor; `events`: numbers of raw events; `accounts`: as the alert has them."""

    indicator: str
    sentence: str
    confidence: float
    contribution: float
    first: str
    last: str
    count: int
    mitigated: tuple[tuple[str, float], ...]
    events: tuple[int, ...]
    lists: tuple[str, ...]
    accounts: tuple[int, ...]


class Tie(msgspec.Struct, frozen=True):
    """One thing that accounts of a case share: what kind, which, who (numbers of the case's accounts), since their newest common use."""

    kind: str
    entity: str
    accounts: tuple[int, ...]
    last: str
    strong: bool
    """Whether it ties the accounts into one case; else only evidence names it."""


class CaseView(msgspec.Struct, frozen=True):
    """One alert or watch entry. Tuples of numbers refer to `Report.texts`."""

    id: str
    revision: int
    status: str
    tier: str
    score: float
    interval: tuple[float, float]
    accounts: tuple[str, ...]
    size: int
    title: str
    summary: str
    evidence: tuple[EvidenceView, ...]
    composition: Composition
    mitigating: tuple[tuple[str, str, str], ...]
    """Mitigator, account, since."""
    ties: tuple[Tie, ...]
    innocent: tuple[int, ...]
    unknowns: tuple[int, ...]
    steps: tuple[int, ...]
    victims: tuple[int, ...]
    welfare: tuple[int, ...]
    checklist: tuple[int, ...]
    quality: tuple[int, ...]
    first: str
    last: str
    expires: str
    disposition: str | None
    joined_to: str | None
    versions: tuple[int, ...]


class IndicatorView(msgspec.Struct, frozen=True):
    """What is the same for every alert with this evidence."""

    title: str
    family: str
    weight: float
    sources: tuple[str, ...]
    threshold: str
    window: str
    false_positives: str
    base_rate: str
    weight_reason: str


class RawEvent(msgspec.Struct, frozen=True):
    """A raw event, addresses shortened. `text` is JSON when `json`; None when the replay did not keep it."""

    position: str
    event_id: str
    at: str | None
    text: str | None
    json: bool = True
    cut: bool = False


class RunView(msgspec.Struct, frozen=True):
    """What the replay read and gave."""

    events: int
    records: int
    left_out: int
    gone: int
    revisions: int
    notices: int
    refused: tuple[tuple[str, int, str, str], ...]
    """Reason, times, where first, detail."""
    besides: dict[str, int]
    fired: dict[str, int]


class Report(msgspec.Struct, frozen=True):
    """Everything on the page."""

    sources: tuple[str, ...]
    catalogue: str
    marks: tuple[tuple[float, str], ...]
    """Lowest total at which each tier can begin."""
    run: RunView
    cases: tuple[CaseView, ...]
    indicators: dict[str, IndicatorView]
    titles: dict[str, str]
    """Of what was found and is in no alert."""
    mitigators: dict[str, tuple[str, str]]
    """Title and sentence of each that is named."""
    events: tuple[RawEvent, ...]
    texts: tuple[str, ...]
    comparison: Comparison | None = None
    rulings: tuple[Ruling, ...] = ()
    shadows: tuple[Difference, ...] = ()
