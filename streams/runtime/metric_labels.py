"""The labels of the metrics and the values each may take. All of them come from code, catalogue or settings; none comes from an event."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, get_args, get_type_hints

from enrichers.table import ROLES
from schemas.events import CaseDisposition
from schemas.reasons import LEFT_OUT, RejectReason
from streams.detection import shadow
from streams.detection.catalogue.load import load
from streams.detection.catalogue.model import Catalogue
from streams.detection.family import Remembered
from streams.detection.scoring import TIERS
from streams.detection.unreadable import UNREADABLE
from streams.runtime import oversize

STAGES = ("enrich", "accounts", "entities", "cases")
SHADOW_STAGES = tuple(f"{shadow.PREFIX}{name}" for name in STAGES[1:])
OUTCOMES = get_args(get_type_hints(CaseDisposition)["outcome"])
STATUSES = ("watch", "open", "updated", "resolved", "retracted")

# What a producer cannot mend is never buried, so it has no dead letters; an unknown type can be either, by setting.
BURIED = (*(str(reason) for reason in RejectReason if reason not in LEFT_OUT), UNREADABLE, oversize.REASON)
DROPPED = tuple(sorted({str(reason) for reason in (*LEFT_OUT, RejectReason.UNKNOWN_TYPE)}))
EVICTED_ELSEWHERE = ("case_decision", "case_edge", "decoded_state", "entity_member", "state")


class Label(NamedTuple):
    """One label of one metric. Any value beyond `values` and the first `up_to` others becomes `other`."""

    name: str
    values: Callable[[], tuple[str, ...]] = tuple
    """Known before anything happens; their counters stand at zero from the start."""
    up_to: int = 0
    """How many more the settings may bring, such as names of topics."""
    others: tuple[str, ...] = ()
    """Those of them that are known by name, though most workers never tell of them."""
    where: str = ""
    """Where the values come from, when they are too many to list or not known beforehand."""


@cache
def _catalogue() -> Catalogue:
    return load()


def catalogue_version() -> str:
    """Version of the built-in catalogue."""
    return _catalogue().version


def indicators() -> tuple[str, ...]:
    """Ids of the indicators that can fire."""
    return tuple(name for name, indicator in sorted(_catalogue().indicators.items()) if not indicator.planned)


def _of(*values: str) -> Callable[[], tuple[str, ...]]:
    return lambda: values


# Stages of the product; the toy stages of tests need room.
STAGE = Label("stage", _of(*STAGES), up_to=8, others=SHADOW_STAGES)
TIER = Label("tier", _of(*TIERS))
STATUS = Label("status", _of(*STATUSES))
BURIED_REASON = Label("reason", _of(*BURIED))
DROPPED_REASON = Label("reason", _of(*DROPPED))
INDICATOR = Label("indicator", indicators, where="ids of the catalogue")
DECISION = Label("outcome", _of(*OUTCOMES))
DECISION_OR_UNKNOWN = Label("outcome", _of(*OUTCOMES, "unknown_case"))
ROLE = Label("role", _of(*ROLES, "address"))
ANSWER = Label("outcome", _of("hit", "miss", "error", "missing", "public", "private", "none"))
TABLE = Label("table", up_to=32, where="role of the table and its place, as in `networks/2`")
LOADED = Label("outcome", _of("swapped", "refused"))
TOPIC = Label("topic", up_to=24, where="physical names of our topics and changelogs")
PARTITION = Label("partition", up_to=1024, where="numbers of the partitions assigned")
ADDRESS_KIND = Label("kind", _of("public", "not_public", "repeated"))
NOT_PUBLIC = Label("kind", _of("private", "none"))
EVICTED = Label("kind", _of(*(f"account_{kind}" for kind in get_args(Remembered)), *EVICTED_ELSEWHERE))
EVENT_OUTCOME = Label("outcome", _of("enriched"))
UNDECLARED_NAME = Label("name", up_to=20, where="names in our own code that are not on this page: a fault of ours")
VERSION = Label("version", up_to=1, where="version of this package")
CATALOGUE = Label("catalogue", up_to=1, where="version of the catalogue")
PYTHON = Label("python", up_to=1, where="version of Python")
