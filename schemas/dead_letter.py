"""The dead letter: a record, or one event of it, that could not be read; faithful to the byte, small to send."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

MAX_RAW_BYTES = 640 * 1024
"""In base64 853 KiB, so the letter stays below the 1 MiB that producer and broker allow by default."""
MAX_KEY_BYTES = 16 * 1024
_SHORTEST_CUT = 4
"""A shorter key takes less room than the word that it was cut."""
MAX_HEADER_BYTES = 16 * 1024
"""Of all headers as JSON: names may have to be escaped, and empty ones take room too. Those of a CloudEvent have a few hundred."""


class DeadLetter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where it was, why it was not read, and its bytes: enough to repair and resend it. Base64 in JSON."""

    topic: str
    """Source topic, physical name."""
    partition: int
    offset: int
    """-1 when it is not known which record of the partition an output came from."""
    stage: str
    """Stage that gave up, `enrich`."""
    reason: str
    """A `RejectReason`, or another stage's named outcome."""
    detail: str
    raw: bytes | None
    """What was rejected, at most `MAX_RAW_BYTES`; None for a record without a value."""
    raw_size: int
    """Bytes that it had; larger than `raw` is long = cut."""
    record_timestamp_ms: int
    key: bytes | None = None
    """Key of the source record, at most `MAX_KEY_BYTES`."""
    ordinal: int = 0
    """Which element of the record, if it was an array."""
    version: int = 1
    meant_for: str = ""
    """Topic of a stage's output that was too large for it: `raw` is then that output, not the source record."""
    headers: tuple[tuple[str, bytes], ...] | None = ()
    """Of the source record, where `raw` is its whole value: a CloudEvent may have its id, type and time there. None = too long to keep."""
    key_cut: bool = False
    """Whether the source record's key was longer than `key`."""

    @property
    def is_complete(self) -> bool:
        """Whether `raw`, the key and the headers are all there was, so that it can be sent again."""
        return self.raw_size == len(self.raw or b"") and not self.key_cut and self.headers is not None

    def encode(self) -> bytes:
        """Give the letter as JSON."""
        return msgspec.json.encode(self)

    def within(self, most: int) -> DeadLetter:
        """The letter in at most `most` bytes of JSON: `raw` is cut; the key and the headers are left out when that is not enough."""
        if len(self.encode()) <= most:
            return self
        bare = self if self.raw is None else msgspec.structs.replace(self, raw=b"")
        if len(bare.encode()) > most:
            cut = self.key_cut or len(self.key or b"") >= _SHORTEST_CUT
            key, headers = None if cut else self.key, None if self.headers else self.headers
            bare = msgspec.structs.replace(bare, key=key, key_cut=cut, headers=headers)
        if self.raw is None:
            return bare
        room = max(0, most - len(bare.encode())) // 4 * 3
        return msgspec.structs.replace(bare, raw=self.raw[:room])


_decoder = msgspec.json.Decoder(DeadLetter)


def decode_dead_letter(value: bytes) -> DeadLetter:
    """Read a letter back. Raises msgspec.DecodeError: the topic is ours, so anything else in it is a fault to see."""
    return _decoder.decode(value)


def dead_letter(
    *,
    topic: str,
    partition: int,
    offset: int,
    stage: str,
    reason: str,
    detail: str,
    raw: bytes | None,
    record_timestamp_ms: int,
    key: bytes | None = None,
    ordinal: int = 0,
    meant_for: str = "",
    headers: Sequence[tuple[str, bytes]] = (),
) -> DeadLetter:
    """Write a letter, cutting what would not fit."""
    return DeadLetter(
        topic=topic,
        partition=partition,
        offset=offset,
        stage=stage,
        reason=str(reason),
        detail=detail,
        raw=None if raw is None else raw[:MAX_RAW_BYTES],
        raw_size=len(raw or b""),
        record_timestamp_ms=record_timestamp_ms,
        key=None if key is None else key[:MAX_KEY_BYTES],
        ordinal=ordinal,
        meant_for=meant_for,
        headers=_kept(headers) if headers else (),
        key_cut=len(key or b"") > MAX_KEY_BYTES,
    )


def _kept(headers: Sequence[tuple[str, bytes]]) -> tuple[tuple[str, bytes], ...] | None:
    """All headers, or none of them: part of an event's attributes would make another event of it. Kafka has values that are null."""
    kept = tuple((name, bytes(value or b"")) for name, value in headers)
    return kept if len(msgspec.json.encode(kept)) <= MAX_HEADER_BYTES else None
