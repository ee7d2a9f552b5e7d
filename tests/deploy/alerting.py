"""A real Alertmanager as a process, and the page at which it calls."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.kafka.broker import free_ports
from tests.kafka.worker import PATIENCE_S

PROGRAMS = ("prometheus-alertmanager", "alertmanager")
"""Debian's name and everybody else's."""


def program() -> str:
    """What Alertmanager is called here."""
    return next((name for name in PROGRAMS if shutil.which(name)), PROGRAMS[-1])


def lacks(name: str = "") -> str | None:
    """Why Alertmanager, or its program `name`, cannot be run here; None when it can."""
    if shutil.which(name or program()):
        return None
    return f"no {name or 'alertmanager'} on this machine (Debian: apt-get install prometheus-alertmanager)"


def sixty_times_faster(rules: str) -> str:
    """The rules with seconds for the minutes of every `for`, and nothing else changed: a test cannot wait for minutes."""
    return re.sub(r"^( +for: \d+)m$", r"\1s", rules, flags=re.MULTILINE)


class Webhook:
    """Writes down which alerts were told as firing."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        """Labels of each alert, each time that it was told."""
        firing = self.told

        class Page(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in told["alerts"]:
                    if alert["status"] == "firing":
                        firing.append(alert["labels"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def raised(self) -> set[str]:
        """Names of the alerts that were ever told."""
        return {labels["alertname"] for labels in self.told}

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Alertmanager:
    """One server that passes every alert on at once, to one webhook."""

    def __init__(self, webhook: Webhook) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="personawatch-alertmanager-"))
        self.address = f"127.0.0.1:{free_ports(1)[0]}"
        config = self.folder / "alertmanager.yml"
        settings = {
            "route": {
                "receiver": "hook",
                "group_by": ["..."],
                "group_wait": "0s",
                "group_interval": "1s",
                "repeat_interval": "1h",
            },
            "receivers": [{"name": "hook", "webhook_configs": [{"url": webhook.url}]}],
        }
        config.write_text(json.dumps(settings))  # JSON is YAML
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program(),
                    f"--config.file={config}",
                    f"--storage.path={self.folder / 'data'}",
                    f"--web.listen-address={self.address}",
                    "--cluster.listen-address=",
                ],
                stdout=log,
                stderr=log,
            )

    def log(self) -> str:
        """The end of what it has said."""
        return (self.folder / "log").read_text()[-2000:]

    def close(self) -> None:
        """Stop and delete the data."""
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        shutil.rmtree(self.folder, ignore_errors=True)
