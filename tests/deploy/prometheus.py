"""A real Prometheus as a process, which scrapes a worker every second."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.kafka.broker import free_ports
from tests.kafka.worker import PATIENCE_S


def lacks(program: str) -> str | None:
    """Why a program of Prometheus cannot be run here; None when it can."""
    return None if shutil.which(program) else f"no {program} on this machine (Debian: apt-get install prometheus)"


class Prometheus:
    """One server with its data in a temporary folder."""

    def __init__(
        self,
        ports: Sequence[int],
        *,
        shadows: Sequence[int] = (),
        history: str = "",
        more: Mapping[str, Any] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """`shadows`: ports that are a job of their own. `history`: what it knows from before, as OpenMetrics text with times.

        `more`: further sections of the configuration; `options`: of the command line.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="personawatch-prometheus-"))
        self.address = f"127.0.0.1:{free_ports(1)[0]}"
        jobs = {"personawatch": ports, "personawatch-shadow": shadows}
        settings = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in of_job]}]}
                for job, of_job in jobs.items()
            ],
            **(more or {}),
        }
        config = self.folder / "prometheus.yml"
        config.write_text(json.dumps(settings))  # JSON is YAML
        if history:
            self._remember(history)
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={config}",
                    f"--storage.tsdb.path={self.folder / 'data'}",
                    f"--web.listen-address={self.address}",
                    *options,
                ],
                stdout=log,
                stderr=log,
            )

    def wait_for(self, expression: str, within_s: float = PATIENCE_S) -> list[dict[str, Any]]:
        """What an expression gives as soon as it gives anything."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                if found := self.query(expression):
                    return found
            except OSError:  # it has not started yet
                pass
            assert time.monotonic() < deadline, f"nothing for {expression}\n{(self.folder / 'log').read_text()[-2000:]}"
            time.sleep(0.2)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query, each with `value` (time, text)."""
        return self._ask("query", query=expression)

    def query_range(self, expression: str, begin: float, end: float, step_s: float = 1) -> list[dict[str, Any]]:
        """The series of a range query, each with `values`."""
        return self._ask("query_range", query=expression, start=f"{begin}", end=f"{end}", step=f"{step_s}")

    def close(self) -> None:
        """Stop and delete the data."""
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remember(self, history: str) -> None:
        before = self.folder / "history"
        before.write_text(history)
        subprocess.run(
            ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(before), str(self.folder / "data")],
            check=True,
            capture_output=True,
        )

    def _ask(self, what: str, **parameters: str) -> list[dict[str, Any]]:
        url = f"http://{self.address}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 503:  # still starting
                    raise OSError(f"not ready: {error}") from error
                raise AssertionError(f"{parameters['query']}: {error.read().decode()}") from error
        return found
