"""Identifiers → pseudonyms: the same text of one kind always becomes the same one under a key, and nobody without the key gets back.

HMAC-SHA256 (RFC 2104) over kind and text, cut to 64 bits: among a hundred million identifiers of one kind two would meet once in
four thousand captures.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter

KEY_BYTES = 32
DIGITS = 16
UNREPEATED = frozenset({"event"})
"""Kinds of which nearly every one is new: they are counted, not remembered."""
_PICTURE = re.compile("[0-9a-f]{16,64}")


class Pseudonyms:
    """All replacements of identifiers under one key. `seen` counts the distinct ones of each kind, of events all."""

    def __init__(self, key: bytes) -> None:
        self.seen: Counter[str] = Counter()
        self._key = key
        self._known: dict[tuple[str, str], str] = {}
        self._masks: dict[int, tuple[int, list[int]]] = {}
        self._minima: dict[int, int] = {}

    def digest(self, *parts: bytes) -> bytes:
        """32 bytes that depend on the key and on where each part ends."""
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self._key, framed, "sha256")

    def of(self, kind: str, text: str) -> str:
        """The pseudonym of an identifier, `kind-` and 16 hex digits."""
        if kind in UNREPEATED:
            self.seen[kind] += 1
            return self._made(kind, text)
        known = self._known.get((kind, text))
        if known is None:
            self.seen[kind] += 1
            known = self._known[kind, text] = self._made(kind, text)
        return known

    def of_minimum(self, value: int) -> int:
        """Another 32-bit minimum of a MinHash. Equal ones stay equal, so the likeness of two signatures is what it was."""
        known = self._minima.get(value)
        if known is None:
            self.seen["text minima"] += 1
            known = self._minima[value] = int.from_bytes(self.digest(b"minimum", value.to_bytes(4, "big"))[:4], "big")
        return known

    def of_picture(self, text: str) -> str:
        """Another perceptual hash at the same Hamming distance from every other one of its length: bits are shuffled, then flipped.

        What is no lower-case hex becomes an ordinary pseudonym.
        """
        if not _PICTURE.fullmatch(text):
            return self.of("picture", text)
        self.seen["picture"] += 1
        bits = 4 * len(text)
        if bits not in self._masks:
            self._masks[bits] = self._mask(bits)
        mask, order = self._masks[bits]
        value = int(text, 16)
        shuffled = sum((value >> source & 1) << place for place, source in enumerate(order))
        return f"{shuffled ^ mask:0{len(text)}x}"

    def originals(self, kind: str) -> dict[str, str]:
        """Pseudonym → identifier, for the owner's own eyes."""
        return {made: text for (held, text), made in self._known.items() if held == kind}

    def _made(self, kind: str, text: str) -> str:
        return f"{kind}-{self.digest(b'id', kind.encode(), _bytes(text)).hex()[:DIGITS]}"

    def _mask(self, bits: int) -> tuple[int, list[int]]:
        size = bits.to_bytes(2, "big")
        mask = int.from_bytes(self.digest(b"mask", size), "big") & ((1 << bits) - 1)
        return mask, sorted(range(bits), key=lambda place: self.digest(b"order", size, place.to_bytes(2, "big")))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
