"""A field map as its TOML file says it: which producer, where its events are, how each field is found."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from schemas.formats.times import Unit

NATIVE, DETECT = "native", "detect"
"""What a topic's format may be besides a map: our own, or whichever recognises a record. No map has these names."""
Word = str | int | bool
"""A word of a producer's vocabulary; compared as text, without regard to case."""


class MapError(Exception):
    """A map cannot be used; `faults` says everything that is wrong with it, each with its place in the file."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"unless": "except"}):
    """Where one field comes from: exactly one of `path`, `constant`, `join` and `digest`."""

    path: str | list[str] = ""
    """One path, or several of which the first that has a value counts. Empty text and null are no value."""
    constant: Any = msgspec.UNSET
    join: list[str] = []
    """Values that are put together; all of them must be there."""
    separator: str = ":"
    digest: list[str] = []
    """Values that are hashed together, for producers that give no id: the same values again are the same event."""
    words: dict[str, Word] = {}
    """Translation of words; a word that is not in it is no value."""
    unless: list[Word] = []
    """Words that mean "no value", such as `unknown`."""
    unit: Unit | None = None
    """Of times written as numbers."""
    zone: str = ""
    """Of times written without a zone."""
    chain: bool = False
    """The text is a list of addresses with commas, X-Forwarded-For; arrays always are one."""
    trusted_hops: int | None = None
    trusted: list[str] | None = None
    """Our own proxies, for this field alone; else the deployment's settings count."""


Field: TypeAlias = str | Source | list[str | Source]
"""A path, a source, or several of them of which the first that has a value counts."""


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a word of the producer's event types becomes."""

    type: str
    """One of our event types, or `login`: succeeded or failed, as the outcome says."""
    fields: dict[str, Field] = {}
    """Fields of this type alone, over those of the map."""


class TypeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an element's event type is found; what is not among the words is no event of ours."""

    path: str | list[str] = ""
    constant: str = ""
    """All elements are of this type."""
    words: dict[str, str | Target] = {}


class OutcomeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What tells a log-in that worked from one that did not. A word in none of the lists is unknown, never a success."""

    path: str | list[str]
    success: list[Word]
    failure: list[Word] = []
    failure_pattern: str = ""
    """Regular expression of further words of failure, such as error numbers."""
    neither: list[Word] = []
    """Words that decide nothing: of a step on the way, or of a producer that does not know. Such log-ins are left out."""


class MapText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file."""

    name: str
    about: str
    """What the producer sends, for people."""
    source: str = ""
    """Where the producer describes it."""
    detect: list[list[str]] = []
    """Sets of paths; an element that has all of one set is this producer's. None: the format is used only when it is set."""
    split: list[str] = []
    """Where in a record its elements are; the first that is there counts, else the record is the element."""
    lower_case_too: bool = False
    """Keys also count when written all in lower case."""
    only: dict[str, list[Word]] = {}
    """Path → words; an element with another word there is no event of ours."""
    type: TypeRule
    outcome: OutcomeRule | None = None
    fields: dict[str, Field]


def read_map(text: bytes, file: str) -> MapText:
    """Read a file's TOML. Raises `MapError`."""
    try:
        return msgspec.toml.decode(text, type=MapText)
    except msgspec.ValidationError as error:
        raise MapError([f"{file}: {error}".replace("`$.", "`")]) from error
    except (ValueError, RecursionError) as error:
        raise MapError([f"{file}: not TOML: {error}"]) from error
