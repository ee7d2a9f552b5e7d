"""`feeds.toml`: which lists to compile, what they may be used for, on what terms, and how old they may be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from enrichers.building.faults import BuildError, Fault
from enrichers.feeds.formats import FORMATS
from enrichers.feeds.statement import CLASSES, KINDS
from enrichers.shapes.asn import MAX_ASN


class OperatorRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to make of an operator that a list names: another name, another class, or both."""

    name: str | None = None
    """An empty name takes the operator off."""
    kind: str | None = None
    """E.g. relay, for a consumer relay that a list of tunnels files under VPN."""


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list."""

    name: str
    """Source name in every fact that it gives; keep it when the file changes."""
    format: str
    path: str
    """Relative to the file that names it."""
    kinds: tuple[str, ...]
    """What the list is used for. A format that states kinds itself is limited to these; else every line is all of them."""
    licence: str
    max_age_days: float
    attribution: str = ""
    """The line that must be shown with its results."""
    dated: date | None = None
    """For lists that have no date of their own; else the file's last change counts."""
    confidence: float = 1.0
    """Factor for all of the list."""
    operator: str | None = None
    """Operator of the whole list, where a line names none."""
    operators: dict[str, OperatorRule] = {}
    """By the name in the list, whatever its case."""
    asn_kinds: dict[str, str] = {}
    """AS number → class, for lists that say whose a prefix is: companies' gateways are known by their network."""


class FeedsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as written."""

    feeds: tuple[Feed, ...]


def load_feeds(path: Path) -> FeedsFile:
    """Read and check the file; BuildError has every fault."""
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=FeedsFile)
    except OSError as error:
        raise BuildError([Fault(str(path), "readable", error.strerror or str(error), "a file")]) from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BuildError([Fault(str(path), "format", str(error), "TOML with one [[feeds]] a list")]) from error
    faults = [Fault(str(path), *fault) for feed in file.feeds for fault in _faults(feed)]
    names = [feed.name for feed in file.feeds]
    faults += [
        Fault(str(path), f"{name}: name", "it used twice", "one feed of a name")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if not file.feeds:
        faults.append(Fault(str(path), "feeds", "none", "at least one [[feeds]]"))
    if faults:
        raise BuildError(faults)
    return file


def _faults(feed: Feed) -> list[tuple[str, str, str]]:
    """(check, found, expected) of everything wrong with one entry."""
    faults = []

    def expect(right: bool, key: str, found: object, expected: str) -> None:
        if not right:
            faults.append((f"{feed.name or 'a feed'}: {key}", str(found), expected))

    expect(bool(feed.name) and feed.name.isprintable(), "name", repr(feed.name), "a short name")
    expect(feed.format in FORMATS, "format", repr(feed.format), "one of " + ", ".join(FORMATS))
    expect(bool(feed.licence), "licence", "an empty text", "the terms of the list, or `none stated`")
    expect(feed.max_age_days > 0, "max_age_days", feed.max_age_days, "days, above 0")
    expect(0 < feed.confidence <= 1, "confidence", feed.confidence, "above 0 and at most 1")
    strange = [kind for kind in feed.kinds if kind not in KINDS]
    expect(bool(feed.kinds) and not strange, "kinds", strange or "none", "of " + ", ".join(sorted(KINDS)))
    for name, rule in feed.operators.items():
        expect(rule.kind is None or rule.kind in CLASSES, f"operators.{name}", rule.kind, _classes())
    for asn, kind in feed.asn_kinds.items():
        number = asn.isascii() and asn.isdigit() and len(asn) <= 10 and 0 < int(asn) <= MAX_ASN
        expect(number, "asn_kinds", repr(asn), 'an AS number such as "398391"')
        expect(kind in CLASSES, f"asn_kinds.{asn}", repr(kind), _classes())
    return faults


def _classes() -> str:
    return "one of " + ", ".join(sorted(CLASSES))
