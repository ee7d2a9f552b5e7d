"""One run of the demo from the first line to the exit code. Whatever happens, worker, topics and temporary files are gone after it."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import msgspec

from schemas.topics import ALERTS, PLATFORM_EVENTS, WATCHLIST
from streams.cli.kafka_access import Reader, Writer, reader, writer
from streams.cli.outcome import FAILURE, OK, RefusedError
from streams.demo import scrape
from streams.demo.lines import watched
from streams.demo.model import Model
from streams.demo.outcome import Row, bystanders, judge
from streams.demo.pace import allowance
from streams.demo.process import WorkerProcess, wait_until_ready
from streams.demo.stand import Stand, stand
from streams.demo.traffic import Sent, traffic
from streams.detection.alert import Alert
from streams.runtime.settings import Settings
from streams.scenarios import Scenario

SCRAPE_EVERY_S = 0.5
QUIET_S = 2.5
"""Nothing moved for so long: longer than the worker's own interval of observing its lag, and than any flush."""
DRAIN_WITHIN_S = 45.0
"""After the last event was sent; a worker that needs longer is judged by what it has said."""
POLL_MS = 20


class View(Protocol):
    """What shows a demo."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
    def note(self, text: str) -> None: ...  # noqa: D102 (see the two views)
    def card(self, alert: Alert) -> None: ...  # noqa: D102
    def show(self, model: Model) -> None: ...  # noqa: D102
    def result(self, model: Model, rows: Sequence[Row], bystanders: Mapping[str, int], accounts: int) -> None: ...  # noqa: D102


class Plan(NamedTuple):
    """How large the demo is, and where."""

    seconds: float
    accounts: int
    seed: int
    broker: str | None
    folder: Path
    scenarios: Mapping[str, Scenario]


def perform(plan: Plan, view: View) -> int:
    """Run the demo; 0 when every scenario came out as it should."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    model = Model(began=time.monotonic(), now=time.monotonic())
    with ExitStack() as stack:
        stack.enter_context(signals_as_exceptions())
        tables = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="personawatch-demo-")))
        place = stack.enter_context(stand(plan.broker, tables))
        worker = WorkerProcess(place.environment, plan.folder / "worker.log")
        stack.callback(worker.stop)
        stack.enter_context(view)
        _introduce(plan, place, worker, view)
        view.show(model)
        events = traffic(datetime.now(UTC), plan.accounts, plan.seed, plan.scenarios)
        model.total = len(events)
        model.phase, model.now = "waiting for the worker", time.monotonic()
        view.show(model)
        wait_until_ready(worker)
        _play(plan, place.settings, worker, events, model, view)
        rows = judge(plan.scenarios.values(), model.tiers, plan.seed)
        view.result(model, rows, bystanders(model.tiers), plan.accounts)
    print("\n".join(_where(plan)))
    return OK if all(row.matches for row in rows) else FAILURE


@contextmanager
def signals_as_exceptions() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the demo like Ctrl-C, and nothing interrupt the clean-up."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _introduce(plan: Plan, place: Stand, worker: WorkerProcess, view: View) -> None:
    view.note(place.about)
    view.note(f"worker: http://127.0.0.1:{worker.port}/metrics and /ready, log in {worker.log}")
    view.note(
        f"{len(plan.scenarios)} scenarios and {plan.accounts:,} ordinary people, {plan.seconds:.0f} s; invented data throughout"
    )


def _play(plan: Plan, settings: Settings, worker: WorkerProcess, events: list[Sent], model: Model, view: View) -> None:
    """Send and listen until all is sent and handled, or patience ends."""
    topics = [settings.topic(topic.name) for topic in (ALERTS, WATCHLIST)]
    path = plan.folder / "alerts.ndjson"
    with (
        writer(settings) as out,
        reader(settings, topics, from_beginning=True) as opened,
        path.open("wb") as record,
    ):
        send = _sender(out, settings, events, model)
        clock = _Clock(time.monotonic())
        model.phase = "events flow"
        while model.phase != "done":
            now = model.now = time.monotonic()
            worker.check()
            send(
                allowance(
                    sent=model.sent,
                    waiting=model.waiting,
                    total=model.total,
                    elapsed_s=now - clock.began,
                    seconds=plan.seconds,
                )
            )
            _listen(opened, record, model, view)
            if clock.is_time(now):
                _scrape(worker, model, now, plan.folder)
                view.show(model)
            _advance(model, clock, now)


class _Clock:
    """When things began and were last done."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.scraped = began
        self.all_sent: float | None = None

    def is_time(self, now: float) -> bool:
        if now - self.scraped < SCRAPE_EVERY_S:
            return False
        self.scraped = now
        return True


def _sender(out: Writer, settings: Settings, events: list[Sent], model: Model) -> Callable[[int], None]:
    topic = settings.topic(PLATFORM_EVENTS.name)

    def send(count: int) -> None:
        batch = events[model.sent : model.sent + count]
        for _, key, value in batch:
            out.send(topic, key, value)
        if batch:
            model.sent_until(model.sent + len(batch), batch[-1].ts)

    return send


def _listen(opened: Reader, record: Any, model: Model, view: View) -> None:
    for message in opened.poll(POLL_MS):
        if message.value is None:
            continue
        record.write(message.value + b"\n")
        try:
            alert = msgspec.json.decode(message.value, type=Alert)
        except msgspec.DecodeError as error:
            raise RefusedError(
                f"{message.topic}/{message.partition}/{message.offset}: not an alert: {error}"
            ) from error
        news = model.heard(alert)
        if news == "watch":
            view.note(watched(alert))
        elif news:
            view.card(alert)


def _scrape(worker: WorkerProcess, model: Model, now: float, folder: Path) -> None:
    text = scrape.metrics(worker.port)
    if text is not None:
        (folder / "metrics.prom").write_text(text, encoding="utf-8")
        model.scraped(scrape.numbers(text), now)


def _advance(model: Model, clock: _Clock, now: float) -> None:
    """Decide which phase it is."""
    if model.sent < model.total:
        return
    if clock.all_sent is None:
        clock.all_sent, model.phase = now, "all sent, finishing"
    if model.is_idle(now, QUIET_S) or now - clock.all_sent > DRAIN_WITHIN_S:
        model.phase = "done"


def _where(plan: Plan) -> list[str]:
    return [
        f"alerts and watchlist  {plan.folder / 'alerts.ndjson'}",
        f"metrics at the end    {plan.folder / 'metrics.prom'}",
        f"the worker's log      {plan.folder / 'worker.log'}",
    ]


def is_terminal() -> bool:
    """Whether standard output can show a live view."""
    import os

    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
