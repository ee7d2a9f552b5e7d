"""One worker as a process of its own: started, watched, stopped; its last words when it dies."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from streams.cli.outcome import RefusedError
from streams.demo import scrape

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 6.0
"""A worker promises five."""
LAST_LINES = 8


class WorkerDiedError(RefusedError):
    """The worker ended by itself."""


class WorkerProcess:
    """A running `personawatch worker`, in a session of its own so that Ctrl-C reaches only the demo."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self.log = log
        # -P: what lies in the current folder must not become a module of the worker
        command = [sys.executable, "-P", "-m", "streams.demo.child", str(os.getpid())]
        with log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                command,
                env={**environment, "PERSONAWATCH_HTTP_PORT": str(self.port), "PYTHONPATH": _import_path()},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise `WorkerDiedError`, with its last log lines, when the process has ended."""
        code = self._process.poll()
        if code is not None:
            how = f"was killed by signal {-code}" if code < 0 else f"ended by itself with exit code {code}"
            raise WorkerDiedError(f"the worker {how}; the end of its log, {self.log}:\n{self._last_words()}")

    def why_not_ready(self) -> str:
        """A few words; empty when it is at work."""
        self.check()
        return scrape.ready(self.port)

    def stop(self) -> None:
        """End it, at the latest by force."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(line[:300] for line in lines[-LAST_LINES:] if line.strip()) or "(it wrote nothing)"


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(worker: WorkerProcess, patience_s: float = READY_WITHIN_S) -> None:
    """Return when the worker is at work; raises when it dies or takes too long."""
    deadline = time.monotonic() + patience_s
    while reason := worker.why_not_ready():
        if time.monotonic() > deadline:
            raise WorkerDiedError(f"the worker isn't ready after {patience_s:.0f} s: {reason}; its log is {worker.log}")
        time.sleep(0.1)


def _import_path() -> str:
    return os.pathsep.join(entry for entry in sys.path if entry)
