"""Shadow configurations beside a replay: the same records, runs of their own, and what they would say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import msgspec

from streams.cli.outcome import BadInputError
from streams.detection.alert import Alert
from streams.detection.catalogue.model import Catalogue
from streams.replay.comparison import Comparison, compare
from streams.replay.comparison_text import lines_of
from streams.replay.configuration import Configuration, shadow_catalogue
from streams.replay.lines import Recorded
from streams.replay.output import LineOutput
from streams.replay.replayer import Replayer
from streams.replay.selection import Selection


class Difference(msgspec.Struct, frozen=True):
    """What a shadow would say otherwise: `comparison` is the live run before, the shadow after."""

    configuration: str
    """As it was named."""
    catalogue: str
    """Version of its catalogue."""
    comparison: Comparison


class Shadows:
    """All shadows of one replay. They share nothing that changes with the live run, so it cannot tell whether they are there."""

    def __init__(self, live: Configuration, named: Sequence[str], files: Sequence[str]) -> None:
        """`files`: where each shadow's alerts go, in the order of `named`, or none.

        Raises BadConfigurationError for a shadow that cannot be, BadInputError for files that do not fit.
        """
        if files and len(files) != len(named):
            raise BadInputError(
                f"--shadow-output: found {len(files)} for {len(named)} shadows; expected one for each --shadow, in its order"
            )
        self._live = live
        self._named = {name: shadow_catalogue(name, live.settings) for name in named}
        if len(self._named) < len(named):
            raise BadInputError("--shadow: the same shadow is named twice")
        self._files = files
        self._runs: list[tuple[str, Catalogue, Replayer, LineOutput | None]] = []
        self._revisions = False

    @contextmanager
    def running(self, selection: Selection, batch: int, *, revisions: bool) -> Iterator[None]:
        """Start the runs, in batches as the live one's, and hold their files open. Raises BadInputError when a file cannot be written."""
        with ExitStack() as files:
            outputs = [files.enter_context(LineOutput(name, live=revisions)) for name in self._files]
            for at, (name, catalogue) in enumerate(self._named.items()):
                output = outputs[at] if outputs else None
                on_revision = output.line if output is not None and revisions else None
                run = Replayer(self._live._replace(catalogue=catalogue), selection, on_revision, batch)
                self._runs.append((name, catalogue, run, output))
            self._revisions = revisions
            yield

    def take(self, recorded: Recorded) -> None:
        """Replay one record in each."""
        for _, _, run, _ in self._runs:
            run.take(recorded)

    def finish(self) -> None:
        """Write the final alerts of those that have a file, unless it holds every revision already; then it is whole."""
        for _, _, run, output in self._runs:
            run.finish()
            if output is not None:
                for line in () if self._revisions else run.newest():
                    output.line(line)
                output.keep()

    def differences(self, live: Sequence[Alert]) -> list[Difference]:
        """Each shadow's final alerts against those of the live run."""
        return [
            Difference(name, catalogue.version, compare(live, run.alerts())) for name, catalogue, run, _ in self._runs
        ]


def in_words(differences: Sequence[Difference]) -> list[str]:
    """The differences for people, each under its heading."""
    lines = []
    for found in differences:
        lines += [
            "",
            f"shadow {found.configuration} (before: this run, after: the shadow)",
            *lines_of(found.comparison),
        ]
    return lines
