"""The part of `personawatch tables` that compiles lists and shows what was compiled."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli.outcome import OK, BadConfigurationError, BadInputError
from streams.cli.text import safe, wrapped

if TYPE_CHECKING:
    from enrichers.building.build import Progress
    from enrichers.building.manifest import BuiltFeed, Manifest


def build(arguments: Namespace) -> int:
    """Compile the lists of a feeds.toml into a folder."""
    from enrichers.building.build import TABLES_FILE
    from enrichers.building.build import build as compile_lists
    from enrichers.building.faults import BuildError

    folder = Path(arguments.folder)
    try:
        with progress_bar() as progress:
            manifest = compile_lists(Path(arguments.what), folder, _today(), progress, arguments.accept)
    except BuildError as error:
        raise BadInputError(str(error)) from error
    except OSError as error:
        raise BadInputError(f"{folder}: {error.strerror}; name a folder that can be written") from error
    for feed in manifest.feeds:
        print(_counted(feed), file=sys.stderr)
    print(
        f"a running worker takes each new build with PERSONAWATCH_TABLES_MANIFEST={folder / TABLES_FILE}",
        file=sys.stderr,
    )
    for file in manifest.files:
        if file.role != "disposable_mail":
            print(f"PERSONAWATCH_{file.role.upper()}_TABLE={folder / file.file}")
    return OK


def verify(arguments: Namespace) -> int:
    """Compare a folder with its manifest."""
    from enrichers.building.verify import verify as compare

    folder = Path(arguments.what)
    manifest = _manifest(folder)
    faults = compare(folder, manifest, _today())
    if faults:
        raise BadConfigurationError("\n".join(map(str, faults)))
    print(f"{folder}: {len(manifest.files)} files and {len(manifest.feeds)} lists are as the manifest says")
    return OK


def show(folder: Path) -> int:
    """Print what a build left in a folder: files, lists with their ages, and the words that must go with them."""
    print("\n".join(in_words(_manifest(folder), _today())))
    return OK


def in_words(manifest: Manifest, today: date) -> list[str]:
    """Files, lists, licences: one line each, or a paragraph."""
    said = [f"{'role':<16}{'built':<12}{'entries':>10}  {'sha256':<14}file"]
    for file in manifest.files:
        built = datetime.fromtimestamp(file.epoch, UTC).date()
        said.append(f"{file.role:<16}{built!s:<12}{file.entries:>10,}  {file.sha256[:12]:<14}{safe(file.file)}")
    said += ["", f"{'list':<20}{'dated':<12}{'age':>8}{'of':>6}  kinds"]
    for feed in manifest.feeds:
        age = (today - feed.dated).days
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in feed.kinds.items())
        late = "  TOO OLD" if age > feed.max_age_days else ""
        said.append(
            f"{safe(feed.name)[:19]:<20}{feed.dated!s:<12}{age:>6} d{feed.max_age_days:>4g} d  {safe(kinds)}{late}"
        )
        notes = []
        if feed.rejected:
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in feed.reasons.items())
            first = ", ".join(str(line) for line, _ in feed.first_rejects[:5])
            notes.append(f"{feed.rejected:,} of {feed.entries:,} lines unusable: {reasons}; first in line {first}")
        if feed.outranked:
            notes.append(f"{feed.outranked:,} claims inside relays or company gateways subtracted")
        said += [line for note in notes for line in wrapped(note, indent="    ")]
    said += ["", "licences, and the lines that must be shown with results:"]
    for feed in manifest.feeds:
        words = [feed.licence, feed.attribution, feed.metadata.get("copyright", ""), feed.metadata.get("terms", "")]
        text = "; ".join(dict.fromkeys(filter(None, words)))
        said += wrapped(f"{feed.name}: {text}", first="  ", indent="      ")
    return said


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar for each step on a terminal, a line for each step elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        yield _Lines().tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                for task in tasks.values():
                    bars.update(task, total=1, completed=1)
                tasks[step] = bars.add_task(safe(step), total=None)
            bars.update(tasks[step], total=total or None, completed=done)

        yield tell
        for task in tasks.values():
            bars.update(task, total=1, completed=1)


class _Lines:
    """Says each step once."""

    def __init__(self) -> None:
        self._step = ""

    def tell(self, step: str, _done: int, _total: int) -> None:
        if step != self._step:
            self._step = step
            print(safe(step), file=sys.stderr, flush=True)


def _counted(feed: BuiltFeed) -> str:
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in feed.kinds.items())
    unusable = f"; {feed.rejected:,} of {feed.entries:,} lines unusable" if feed.rejected else ""
    return safe(f"{feed.name}: {kinds}{unusable}")


def _manifest(folder: Path) -> Manifest:
    from enrichers.building.faults import BuildError
    from enrichers.building.manifest import read_manifest

    try:
        return read_manifest(folder)
    except BuildError as error:
        raise BadInputError(str(error)) from error


def _today() -> date:
    return datetime.now(UTC).date()
