"""Whole lines only: Ctrl-C waits until the line that is being written is out."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Self

from streams.replay.named_file import NamedFile


class LineOutput:
    """NDJSON to standard output or to a file. Raises BadInputError when the file cannot be opened."""

    def __init__(self, name: str | None, *, live: bool = True) -> None:
        """`live`: lines come one by one; otherwise all of them at the end, and the file takes its name with `keep`."""
        self._file = None if name is None else NamedFile(name, live=live)
        self._writing = False
        self._pressed = False
        self._before: object = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]
        if self._file is not None:
            self._file.close(failed=kind is not None)

    def line(self, text: bytes) -> None:
        """Write one line, and hand it over at once: alerts are rare, and somebody may be watching."""
        self._writing = True
        try:
            if self._file is not None:
                self._file.write(text + b"\n")
            else:
                sys.stdout.buffer.write(text + b"\n")
                sys.stdout.buffer.flush()
        finally:
            self._writing = False
        if self._pressed:
            raise KeyboardInterrupt

    def keep(self) -> None:
        """That was all: what the file held before is gone, even when there was no line."""
        if self._file is not None:
            self._file.keep()

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._writing:
            self._pressed = True
        elif callable(self._before):  # an output around this one may be in the middle of a line
            self._before(number, frame)
        else:
            raise KeyboardInterrupt
