"""Whole lines only: Ctrl-C waits until the line that is being written is out."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import BinaryIO, Self

from streams.cli.outcome import BadInputError


class LineOutput:
    """NDJSON to standard output or to a file. Raises BadInputError when the file cannot be opened."""

    def __init__(self, name: str | None) -> None:
        self._named = name is not None
        self._writing = False
        self._pressed = False
        self._before: object = None
        try:
            self._out: BinaryIO = sys.stdout.buffer if name is None else Path(name).open("wb")  # noqa: SIM115 (closed on exit)
        except OSError as error:
            raise BadInputError(f"{name}: {error.strerror}; expected a file that can be written") from error

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]
        if self._named:
            self._out.close()

    def line(self, text: bytes) -> None:
        """Write one line, and hand it over at once: alerts are rare, and somebody may be watching."""
        self._writing = True
        try:
            self._out.write(text + b"\n")
            self._out.flush()
        finally:
            self._writing = False
        if self._pressed:
            raise KeyboardInterrupt

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._writing:
            self._pressed = True
        elif callable(self._before):  # an output around this one may be in the middle of a line
            self._before(number, frame)
        else:
            raise KeyboardInterrupt
