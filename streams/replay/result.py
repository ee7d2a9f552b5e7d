"""What a finished replay is held against, and how that is told: as words, as JSON, as a page, as an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from streams.cli.outcome import OK
from streams.detection.alert import Alert
from streams.detection.catalogue.model import Catalogue
from streams.replay.belonging import Belongs
from streams.replay.comparison import Comparison, compare
from streams.replay.comparison_text import lines_of
from streams.replay.expectations import Expectations
from streams.replay.judgement import Ruling, judge
from streams.replay.replayer import Replayer
from streams.replay.shadows import Difference, Shadows, in_words
from streams.report.raw_events import RawEvents

UNMET = 1
"""An expectation failed, or the other run differs."""


class Result(NamedTuple):
    """What was found. `comparison` is None when there is no other run."""

    comparison: Comparison | None
    rulings: Sequence[Ruling]
    beside: Sequence[Difference]

    @property
    def code(self) -> int:
        """Exit code."""
        differs = self.comparison is not None and bool(self.comparison.changes)
        return UNMET if differs or any(ruling.failed for ruling in self.rulings) else OK

    def tell(self, *, as_json: bool, judges: bool) -> int:
        """Print: shadows on standard error, the rest on standard output when it is what was asked for. Gives the exit code."""
        if self.beside and not as_json:
            print("\n".join(in_words(self.beside)), file=sys.stderr)
        if judges:
            print(self._json() if as_json else "\n".join(self._words()))
        return self.code

    def page(
        self, run: Replayer, catalogue: Catalogue, sources: Sequence[str], raw: RawEvents | None, gone: int
    ) -> bytes:
        """The HTML report."""
        from streams.report.building import report_of
        from streams.report.render import render

        report = report_of(run, catalogue, sources, raw, self.comparison, self.rulings, gone, self.beside)
        return render(report)

    def _words(self) -> list[str]:
        lines = [] if self.comparison is None else lines_of(self.comparison)
        return lines + ([""] if lines and self.rulings else []) + [ruling.line() for ruling in self.rulings]

    def _json(self) -> str:
        shadow = {"shadow": self.beside} if self.beside else {}
        return msgspec.json.encode({"comparison": self.comparison, "expectations": self.rulings} | shadow).decode()


def result_of(
    run: Replayer, before: list[Alert] | None, expectations: Expectations | None, belongs: Belongs, shadows: Shadows
) -> Result:
    """Hold a run's alerts against the other run's, the expectations and the shadows."""
    alerts = run.alerts()
    refused = sum(found.times for found in run.refused.values())
    return Result(
        None if before is None else compare(before, alerts),
        [] if expectations is None else judge(expectations, alerts, refused, belongs),
        shadows.differences(alerts),
    )
