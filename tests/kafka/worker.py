"""Workers as their own processes, and one deployment of toy stages (or any others) on a broker: what the tests of this folder drive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException, Producer

from streams.detection.stage import Stage
from streams.runtime import topic_admin
from streams.runtime.settings import Settings, load
from tests.kafka import toys
from tests.kafka.broker import free_ports
from tests.kafka.lag import Lag
from tests.kafka.verifier import Verdict, verify

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
"""How long to wait for what must come where nothing is promised about when: only a failure waits so long."""
ANSWER_S = 30.0
"""The same for one answer of a worker or a broker: on a busy machine it has to wait for its turn."""


def main(stages: Callable[[], Sequence[Stage]] = toys.stages) -> int:
    """Entry of the subprocess: toy stages, settings from the environment."""
    from streams.runtime.run import run_worker

    return run_worker(load(os.environ), stages())


def command(environment: dict[str, str], *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`personawatch WORDS` with these settings and this standard input."""
    program = (sys.executable, "-m", "streams.cli.main", *words)
    settings = _without_settings() | environment
    return subprocess.run(
        program, env=settings, cwd=ROOT, input=given, capture_output=True, timeout=PATIENCE_S, check=False
    )


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PERSONAWATCH_")}


class WorkerProcess:
    """One worker under test."""

    command: tuple[str, ...] = (
        sys.executable,
        "-c",
        "import sys; from tests.kafka.worker import main; sys.exit(main())",
    )

    def __init__(self, environment: dict[str, str], port: int | None = None) -> None:
        """`port`: where it answers, for one that comes back; without it one that is free."""
        self.port = port or free_ports(1)[0]
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed with the process's end)
        self.process = subprocess.Popen(
            self.command,
            env=_without_settings() | environment | {"PERSONAWATCH_HTTP_PORT": str(self.port)},
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
        )

    def ready(self) -> tuple[int, dict[str, Any]]:
        """What /ready says now; (0, {}) when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=ANSWER_S) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}

    def metrics(self) -> str:
        """The text of /metrics."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=ANSWER_S) as answer:
            text: str = answer.read().decode()
            return text

    def counted(self, series: str) -> float:
        """Sum over the series of a metric whose name, and labels as far as given, begin so; 0 while nobody answers."""
        try:
            text = self.metrics()
        except OSError:
            return 0
        return sum(
            float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(f"personawatch_{series}")
        )

    def wait_working(self) -> None:
        """Wait until the first events have been handled: every queue is full of what follows."""
        wait_until(lambda: self.counted("records_total") > 0, self.log, every_s=0.01)

    def wait_ready(self, within_s: float = PATIENCE_S) -> None:
        """Wait until /ready answers 200.

        Also where it must be ready all the time: a broker that had no turn on a busy machine for three seconds is unreachable for two more.
        """

        def is_ready() -> bool:
            assert self.process.poll() is None, f"exit code {self.process.poll()}\n{self.log()}"
            return self.ready()[0] == 200

        wait_until(is_ready, lambda: f"not ready: {self.ready()}\n{self.log()}", within_s)

    def wait_ended(self, within_s: float = PATIENCE_S) -> int:
        """Wait until it has ended of its own accord; the exit code."""
        wait_until(lambda: self.process.poll() is not None, lambda: f"it goes on\n{self.log()}", within_s)
        return self.process.wait()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """A signal that asks to stop; the exit code."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE_S)

    def log(self) -> str:
        """The end of what the worker has said."""
        return self.whole_log()[-6000:]

    def whole_log(self) -> str:
        """Everything the worker has said."""
        self._log.flush()
        return Path(f"/proc/self/fd/{self._log.fileno()}").read_text()

    def close(self) -> None:
        """Whatever happened, leave nothing running."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()
        self._log.close()


class Deployment:
    """Topics, group and workers of one test, apart from those of every other test by a prefix."""

    worker_class: type[WorkerProcess] = WorkerProcess

    def __init__(self, address: str, stages: Sequence[Stage], **settings: str) -> None:
        self.address = address
        self.stages = stages
        self.prefix = f"t{uuid.uuid4().hex[:8]}-"
        self.environment = {
            "PERSONAWATCH_BROKERS": address,
            "PERSONAWATCH_TOPIC_PREFIX": self.prefix,
            "PERSONAWATCH_APP_ID": self.prefix + "app",
            "PERSONAWATCH_INSTANCE_ID": "w0",
            "PERSONAWATCH_PARTITIONS": "4",
            "PERSONAWATCH_REPLICATION_FACTOR": "1",
            "PERSONAWATCH_CREATE_TOPICS": "true",
            "PERSONAWATCH_SESSION_TIMEOUT_S": "6",
        } | {f"PERSONAWATCH_{name.upper()}": value for name, value in settings.items()}
        self.settings: Settings = load(self.environment)
        self.workers: list[WorkerProcess] = []
        self._lag: Lag | None = None
        topic_admin.prepare(self.settings, stages)

    def worker(self, **settings: str) -> WorkerProcess:
        """Start a worker."""
        return self._start(None, settings)

    def again(self, worker: WorkerProcess, **settings: str) -> WorkerProcess:
        """Start one where `worker` was, so that whoever watches it takes it for the same."""
        return self._start(worker.port, settings)

    def _start(self, port: int | None, settings: dict[str, str]) -> WorkerProcess:
        more = {f"PERSONAWATCH_{name.upper()}": value for name, value in settings.items()}
        worker = self.worker_class(self.environment | more, port)
        self.workers.append(worker)
        return worker

    def produce(
        self,
        topic: str,
        records: Iterable[tuple[bytes | None, bytes | None]],
        *,
        times: Sequence[int] = (),
        **options: Any,
    ) -> int:
        """Write records in order and wait until the broker has them. `times` are theirs in ms; without them it is now.

        Raises KafkaException when the broker refuses one.
        """
        refused: list[Any] = []
        telling = {"delivery.report.only.error": True, "on_delivery": lambda error, _: refused.append(error)}
        producer = Producer(
            # One request at a time: a batch that is refused while its topic is new would come again behind later ones.
            {"bootstrap.servers": self.address, "linger.ms": 20, "max.in.flight": 1, **telling, **options}
        )
        number = 0
        for key, value in records:
            stamp = times[number] if times else 0
            number += 1
            while True:
                try:
                    producer.produce(self.prefix + topic, value, key, timestamp=stamp)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        assert producer.flush(PATIENCE_S) == 0
        if refused:
            raise KafkaException(refused[0])
        return number

    def lag(self) -> int:
        """Records that the group has not yet acknowledged, over the inputs of all stages; -1 when the broker cannot say."""
        self._lag = self._lag or Lag(self.address, self.settings.app_id)
        return self._lag.of({self.prefix + name for stage in self.stages for name in stage.inputs})

    def wait_drained(self) -> None:
        """Wait until everything is acknowledged, as long as anything moves.

        An empty moment between two stages does not count: asked twice.
        """
        seen, since = -1, time.monotonic()
        while (lag := self.lag()) or self.lag():
            if lag != seen:
                seen, since = lag, time.monotonic()
            assert time.monotonic() - since < PATIENCE_S, self._say()
            time.sleep(0.1)

    def verdict(self, stage: Stage) -> Verdict:
        """Compare what is in Kafka with what `stage` makes of its inputs."""
        changelog = self.settings.changelog(stage.name) if stage.stateful else None
        return verify(self.address, stage, changelog, self.settings.topic)

    def assert_exact(self) -> list[Verdict]:
        """Every stage's outputs and states are as they must be."""
        verdicts = [self.verdict(stage) for stage in self.stages]
        for stage, found in zip(self.stages, verdicts, strict=True):
            assert found.exact, (
                f"{stage.name}: {len(found.missing)} of {found.outputs} outputs missing, {len(found.unexpected)} "
                f"unexpected, {len(found.wrong_states)} of {found.states} states wrong, {found.misplaced} misplaced; "
                f"first: {found.missing[:1]} {found.unexpected[:1]} {found.wrong_states[:1]}"
            )
        return verdicts

    def close(self) -> None:
        """Leave no process running."""
        for worker in self.workers:
            worker.close()

    def _say(self) -> str:
        return f"lag {self.lag()}\n" + "\n".join(worker.log() for worker in self.workers[-2:])


def wait_until(
    true: Callable[[], bool], say: Callable[[], str], within_s: float = PATIENCE_S, every_s: float = 0.2
) -> None:
    """Wait for something, or fail with words."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, say()
        time.sleep(every_s)


def events(number: int, keys: int = 2000, start: int = 0) -> Iterable[tuple[bytes | None, bytes]]:
    """Unkeyed toy events, every one different."""
    for n in range(start, start + number):
        yield None, b"acct%d event %d" % (n * 7919 % keys, n) + b"x" * 80
