"""What a replay read, kept aside while it is read, so that the few records behind the alerts can be shown afterwards.

Which records those are is known only at the end. Reading the sources again would not work for standard input, may find
Kafka's retention ahead of it, and reads another text when a file has grown; an index of all lines would be as large as the
stream. So every record goes through Zstandard into an unnamed temporary file: a tenth of the stream on the disk, nothing in
memory, and one more pass over that file at the end. Measured with 135,000 events of 37 MB: 3.6 MB and 0.8 s, of 14 s of replay;
reading the file again takes 0.7 s.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

import msgspec

from enrichers.enriched import Origin
from schemas.diagnosis import READ_FAULTS
from schemas.topics import ENRICHED_EVENTS
from streams.cli.outcome import RefusedError
from streams.detection.alert import EventRef
from streams.replay.lines import Recorded

LEVEL = 1
"""Of Zstandard. The next ones cost twice the time for a few per cent."""


class Kept(msgspec.Struct, array_like=True):
    """One record. `event_id` is empty where the record may hold several events."""

    topic: str
    partition: int
    offset: int
    event_id: str
    at: int
    value: bytes


class _Id(msgspec.Struct):
    event_id: str


class _Enriched(msgspec.Struct):
    event: _Id
    origin: Origin


class _Place(NamedTuple):
    topic: str
    partition: int
    offset: int


_enriched = msgspec.json.Decoder(_Enriched).decode
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode


class RawEvents:
    """Records of one replay on the disk. Closing it, or the end of the process, deletes them."""

    def __init__(self, file: BinaryIO | None = None) -> None:
        """`file` instead of a temporary one. Without room on its disk, keeping and finding raise RefusedError."""
        from zstandard import ZstdCompressor

        self._file = file or _temporary()
        self._writer = ZstdCompressor(level=LEVEL).stream_writer(self._file, closefd=False)
        self._written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete what was kept."""
        self._file.close()

    def through(self, records: Iterable[Recorded]) -> Iterator[Recorded]:
        """Pass records on as they are, and keep them."""
        write = self._writer.write
        for recorded in records:
            if recorded.record.value is not None:
                content = _encode(_kept(recorded))
                try:
                    write(len(content).to_bytes(4) + content)
                except OSError as error:
                    raise _no_room(error) from error
            yield recorded

    def find(self, wanted: Collection[EventRef]) -> dict[EventRef, Kept]:
        """The records of these events; what was never read is not in it. Nothing can be kept afterwards."""
        from zstandard import FLUSH_FRAME, ZstdDecompressor

        if not self._written:
            try:
                self._writer.flush(FLUSH_FRAME)
                self._file.flush()
            except OSError as error:
                raise _no_room(error) from error
            self._written = True
        by_place: dict[_Place, list[EventRef]] = {}
        for ref in wanted:
            by_place.setdefault(_Place(ref.topic, ref.partition, ref.offset), []).append(ref)
        found: dict[EventRef, Kept] = {}
        self._file.seek(0)
        with ZstdDecompressor().stream_reader(self._file, closefd=False) as reader:
            while head := reader.read(4):
                kept = _decode(reader.read(int.from_bytes(head)))
                for ref in by_place.get(_Place(kept.topic, kept.partition, kept.offset), ()):
                    if kept.event_id in ("", ref.event_id):
                        found[ref] = kept
        return found


def _temporary() -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile(prefix="personawatch-report-"))


def _no_room(error: OSError) -> RefusedError:
    return RefusedError(
        f"{tempfile.gettempdir()}: {error.strerror}; a report keeps the events there, packed to about a tenth; "
        "TMPDIR names another folder"
    )


def _kept(recorded: Recorded) -> Kept:
    topic, record = recorded
    value = record.value or b""
    if topic == ENRICHED_EVENTS.name:
        try:
            known = _enriched(value)
        except READ_FAULTS:
            pass
        else:
            origin = known.origin
            return Kept(origin.topic, origin.partition, origin.offset, known.event.event_id, record.timestamp, value)
    return Kept(record.topic, record.partition, record.offset, "", record.timestamp, value)
