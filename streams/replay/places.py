"""No output of a run may lie where something is read, or where another output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG

from streams.cli.outcome import BadInputError
from streams.replay.files import STDIN, matching

Named = tuple[str, str]
"""(what a person calls it, such as `--output`; the file's name)."""
Place = tuple[int, int] | str
KAFKA = "kafka://"


def refuse_shared(outputs: Iterable[Named], inputs: Iterable[Named], sources: Iterable[str]) -> None:
    """Raise BadInputError for an output that is also an input, a file of a source, or another output, by whatever name."""
    taken: dict[Place, Named] = {}
    for word in sources:
        for name in () if word.startswith(KAFKA) else matching(word):
            _take(taken, ("SOURCE", name))
    for read in inputs:
        _take(taken, read)
    for option, name in outputs:
        place = _place(name)
        if place is None:
            continue
        if place in taken:
            also, other = taken[place]
            named = f"{also} {other}" if other != name else also
            raise BadInputError(f"{option} {name}: the same file as {named}; expected a file of its own")
        taken[place] = option, name


def _take(taken: dict[Place, Named], named: Named) -> None:
    place = _place(named[1])
    if place is not None:
        taken.setdefault(place, named)


def _place(name: str) -> Place | None:
    """The file behind a name, also where it is not there yet; None for what cannot be overwritten, such as a pipe."""
    try:
        found = os.fstat(sys.stdin.fileno()) if name == STDIN else Path(name).stat()
    except (OSError, ValueError):  # not there; or a standard input that is no file
        return None if name == STDIN else os.path.realpath(name)
    return (found.st_dev, found.st_ino) if S_ISREG(found.st_mode) else None
