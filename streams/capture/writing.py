"""The capture's file: packed by its name, and under that name only when it is whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from streams.cli.outcome import BadInputError
from streams.replay.named_file import Part

ABOUT = ".about.json"


class CaptureFile:
    """Lines to a file beside the final one; `keep` gives it its name. Without `keep` nothing is left of it."""

    def __init__(self, name: str) -> None:
        """Raises BadInputError when the file or its `.about.json` is there already, or cannot be written."""
        self.final = Path(name)
        self.about = Path(name + ABOUT)
        self._refuse_existing()
        try:
            self._part = Part(self.final)
        except OSError as error:
            raise BadInputError(f"{name}: {error.strerror}; expected a file that can be written") from error
        self._packed = _packer(self.final.suffix, self._part.out)

    @property
    def part(self) -> Path:
        """Where the content is until `keep`."""
        return self._part.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        finally:
            self._part.drop()

    def write(self, lines: Iterable[bytes]) -> None:
        """Add lines."""
        for line in lines:
            self._packed.write(line + b"\n")

    def close(self) -> None:
        """Finish the content; it can be read from `part` then."""
        if not self._part.out.closed:
            self._packed.close()
            self._part.out.close()

    def keep(self, about: bytes) -> None:
        """Give the content its name, with the report beside it. Raises BadInputError when somebody else took the name meanwhile."""
        self.close()
        self._refuse_existing()
        try:
            self.about.write_bytes(about)
            self._part.take()
        except BaseException:  # also Ctrl-C: a report without its capture says nothing
            self.about.unlink(missing_ok=True)
            raise

    def _refuse_existing(self) -> None:
        for path in (self.final, self.about):
            if path.exists():
                raise BadInputError(f"{path}: found a file; expected a new name, captures overwrite nothing")


def _packer(suffix: str, raw: IO[bytes]) -> IO[bytes]:
    """Pack without times and names, so that equal content gives equal bytes."""
    if suffix == ".gz":
        return cast("IO[bytes]", gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0))
    if suffix == ".zst":
        from zstandard import ZstdCompressor

        packed: Any = ZstdCompressor().stream_writer(raw, closefd=False)
        return cast("IO[bytes]", packed)
    return raw
