"""What a field can be, and so what becomes of it. A field is one of these, declared once in `declared`."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple, TypeAlias


class Id(NamedTuple):
    """Tells one thing from another: a pseudonym of its kind. Fields that may be compared with each other are of one kind."""

    kind: str


class Word(NamedTuple):
    """A word of a vocabulary: kept when it is in it; any other text becomes a pseudonym, since it can be anything."""

    known: frozenset[str]


class Shape(NamedTuple):
    """Text of a form that can say nothing of a person: kept when it has it, else a pseudonym."""

    pattern: re.Pattern[str]


class Plain(Enum):
    """Treatments without a detail of their own."""

    KEEP = "kept"
    """Numbers, times, countries, yes and no, words of a closed list: the alerts depend on them."""
    DROP = "dropped"
    """Free text that no indicator reads."""
    ADDRESS = "address"
    NETWORK = "network"
    SHARED_KEY = "shared key"
    PREFIX = "prefix"
    DOMAIN = "domain"
    MINHASH = "text minima"
    PICTURE = "picture"
    ZONE = "time zone"
    """Kept when it is one, else a pseudonym."""
    AGENT = "user agent"
    RENDERER = "renderer"
    TLS = "TLS fingerprint"
    HINTS = "client hints"
    SCREEN = "screen"
    SYSTEM = "system"
    CASE = "case"
    """A case's id follows from its account's: that of the renamed account, where it is known."""


Treatment: TypeAlias = Id | Word | Shape | Plain


def words(text: str) -> Word:
    """A vocabulary, written with blanks between its words."""
    return Word(frozenset(text.split()))


def shape(pattern: str) -> Shape:
    """A form, which the whole text must have."""
    return Shape(re.compile(pattern, re.ASCII))
