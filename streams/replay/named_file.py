"""A file under a name that may be taken: what is there stays until there is something to put in its place."""

from __future__ import annotations

import os
import shutil
from errno import EACCES
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from typing import BinaryIO

from streams.cli.outcome import BadInputError


class Part:
    """Content beside the name that it is for: nothing is left of it without `take`."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when no file can be made there."""
        # Not our process id: in a container it is always the same, and a run that was killed leaves its part behind.
        self.path = path.with_name(f".{path.name}.{token_hex(4)}.part")
        self.out: BinaryIO = self.path.open("xb")
        self._path = path

    def take(self) -> None:
        """The content is whole, and takes the name."""
        self.out.close()
        self.path.replace(self._path)

    def drop(self) -> None:
        """Leave nothing, unless the name was taken."""
        try:
            self.out.close()  # tries once more to write what a full disk did not take
        finally:
            self.path.unlink(missing_ok=True)


class NamedFile:
    """Bytes for a file. What is no regular file, a pipe say, or holds what we print, is written as it comes.

    By default the content lies beside it until `keep`, and nothing is left of it without. `live`, somebody may be reading along:
    the first byte empties the file, and what was written stays.
    """

    def __init__(self, name: str, *, live: bool = False) -> None:
        """Raises BadInputError when it cannot be written."""
        self._path = Path(os.path.realpath(name))  # a link stays a link
        self._part: Part | None = None
        self._new = self._begun = False
        try:
            self._out = self._opened(name, live=live)
        except OSError as error:
            raise BadInputError(f"{name}: {error.strerror}; expected a file that can be written") from error

    def write(self, content: bytes) -> None:
        """Add to the content, and hand it over at once."""
        self._begin()
        self._out.write(content)
        self._out.flush()

    def keep(self) -> None:
        """The content is whole: it takes the name, also when it is empty."""
        self._begin()
        if self._part is not None:
            self._part.take()
        else:
            self._out.close()

    def close(self, *, failed: bool = False) -> None:
        """Without `keep` what was under the name stays; `failed`: also no new empty file is left."""
        if self._part is not None:
            self._part.drop()
            return
        try:
            self._out.close()
        finally:
            if failed and self._new and not self._begun:
                self._path.unlink(missing_ok=True)

    def _opened(self, name: str, *, live: bool) -> BinaryIO:
        try:
            found = Path(name).stat()
        except FileNotFoundError:
            self._new = True
        else:
            printed = _printed(found)
            if printed is not None or not S_ISREG(found.st_mode):
                self._begun = True
                return Path(name).open("wb") if printed is None else os.fdopen(os.dup(printed), "wb")
        if live:
            return self._path.open("ab")
        if not self._new and not os.access(self._path, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        self._part = Part(self._path)
        if not self._new:
            shutil.copymode(self._path, self._part.path)
        return self._part.out

    def _begin(self) -> None:
        if not self._begun and self._part is None:
            self._out.truncate(0)
        self._begun = True


def _printed(found: os.stat_result) -> int | None:
    """Standard output or error, if it is this file: a shell put it there, perhaps behind what the file holds, as `>> log`."""
    for stream in (1, 2):
        try:
            if os.path.samestat(found, os.fstat(stream)):
                return stream
        except OSError:  # closed
            continue
    return None


def write(name: str, content: bytes) -> None:
    """Write a whole file. Raises BadInputError when it cannot be written."""
    file = NamedFile(name)
    try:
        file.write(content)
        file.keep()
    finally:
        file.close()
