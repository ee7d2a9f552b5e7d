"""The pipeline with an ear on one account: the worker's own stages, each record of the account heard as it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from enrichers.enriched import EnrichedEvent
from enrichers.timezones import offsets_of
from schemas.topics import ENRICHED_EVENTS
from streams.detection.account_state import AccountState
from streams.detection.accounts import AccountsStage
from streams.detection.catalogue.model import Catalogue
from streams.detection.entities import EntitiesStage
from streams.detection.entity_state import EntityDesk, EntityState
from streams.detection.families.network import proxies
from streams.detection.family import Desk
from streams.detection.messages import Evidence, Link, Numbers, Ref
from streams.detection.stage import Result, SourceRecord, Stage
from streams.detection.states import PartitionStates
from streams.explain.intake import Intake
from streams.explain.recorder import Recorder, heard, plain
from streams.explain.sampling import Sample, closed_samples, samples, thing_samples
from streams.explain.suppression import Thing, copied, suppressed

_decode_event = msgspec.json.Decoder(EnrichedEvent).decode
_decode_link = msgspec.msgpack.Decoder(Link).decode

Concerns = Callable[[str, SourceRecord, PartitionStates[Any]], bool]
Handled = Callable[[str, SourceRecord, PartitionStates[Any]], None]


class WatchingDesk(Desk):
    """A desk that tells a recorder what was taken back, and keeps limits out of the evidence."""

    def __init__(self, catalogue: Catalogue, recorder: Recorder) -> None:
        super().__init__(catalogue, offsets_of)
        self._recorder = recorder

    def keep(self, account: AccountState, key: str, note: Evidence) -> None:
        """Merge one piece of evidence, in plain numbers."""
        note = msgspec.structs.replace(note, confidence=float(note.confidence), numbers=plain(note.numbers))
        super().keep(account, key, note)

    def retract(self, account: AccountState, indicator: str) -> None:
        """Take back, and tell."""
        if self._recorder.listening and indicator in account.fired:
            self._recorder.taken_back[indicator.partition("|")[0]] = self._recorder.now
        super().retract(account, indicator)


class WatchingEntityDesk(EntityDesk):
    """The same at what accounts share; also hears what held a finding back."""

    def __init__(self, account: str, plain_catalogue: Catalogue, catalogue: Catalogue, recorder: Recorder) -> None:
        super().__init__(catalogue)
        self._account, self._recorder = account, recorder
        self._catalogues = catalogue, plain_catalogue

    def suppressed(self, entity: EntityState, link: Link, indicator: str, reason: str) -> None:
        """Find out what would have been said without `reason`, and tell."""
        if not self._recorder.listening or not self.catalogue.indicators[indicator].enabled:
            return
        found = suppressed(self._account, indicator, reason, (entity, link), self._catalogues)
        if found is not None:
            self._recorder.suppressed[indicator, entity.name] = found

    def find(
        self, entity: EntityState, account: str, indicator: str, confidence: float, numbers: Numbers, refs: list[Ref]
    ) -> None:
        """Find, in plain numbers."""
        super().find(entity, account, indicator, float(confidence), plain(numbers), refs)


class Ear:
    """A stage like the one inside it, except that a recorder listens while a record concerns the account."""

    def __init__(self, stage: Stage, recorder: Recorder, concerns: Concerns, handled: Handled) -> None:
        self.name, self.inputs = stage.name, stage.inputs
        self.stateful, self.state_type = stage.stateful, stage.state_type
        self._stage, self._recorder, self._concerns, self._handled = stage, recorder, concerns, handled

    def process(self, input_name: str, records: Iterable[SourceRecord], states: PartitionStates[Any]) -> Result:
        """Handle records one by one: where a batch begins or ends can't be seen in a stage's outputs."""
        whole, recorder = Result([], {}), self._recorder
        for record in records:
            recorder.now = record.timestamp
            recorder.listening = self._concerns(input_name, record, states)
            try:
                part = self._stage.process(input_name, [record], states)
                if recorder.listening and not _repeated(part):
                    self._handled(input_name, record, states)
            finally:
                recorder.listening = False
            whole.outputs.extend(part.outputs)
            for slot, times in part.counts.items():
                whole.counts[slot] = whole.counts.get(slot, 0) + times
        return whole


def _repeated(result: Result) -> bool:
    """Whether the record was known already, so that it counts nowhere."""
    return any(metric == "duplicates" for metric, _ in result.counts)


class Watch:
    """Stages that hear what becomes of one account, and what they heard."""

    def __init__(self, account: str, catalogue: Catalogue, stages: list[Stage]) -> None:
        self.account = account
        self.recorder = Recorder()
        self.intake = Intake(catalogue.indicators[proxies.PROXIES].thresholds["tag_days"])
        self.company: dict[str, int] = {}
        """Kind of shared thing → most accounts seen on one that this account uses, itself included."""
        self.heard: list[tuple[str, SourceRecord]] = []
        """Every record about the account: topic and record, in order, so that the account can be judged again."""
        self.things: dict[str, Thing] = {}
        """Shared thing → itself and its newest link, as last judged with the account on it."""
        self.peaks: dict[str, Thing] = {}
        """Kind → a copy of the thing that had most accounts, at that moment."""
        self.plain_catalogue, self._closed = catalogue, 0
        self.catalogue = heard(catalogue, self.recorder)
        desk = WatchingDesk(self.catalogue, self.recorder)
        entity_desk = WatchingEntityDesk(account, catalogue, self.catalogue, self.recorder)
        accounts = AccountsStage(self.catalogue, offsets_of, desk)
        entities = EntitiesStage(self.catalogue, entity_desk)
        ears: dict[str, Stage] = {
            "accounts": Ear(accounts, self.recorder, self._own, self._sample),
            "entities": Ear(entities, self.recorder, self._shared, self._keep),
        }
        self.stages = [ears.get(stage.name, stage) for stage in stages]
        """`stages` with those two replaced."""

    def _own(self, input_name: str, record: SourceRecord, _states: PartitionStates[AccountState]) -> bool:
        if record.key != self.account.encode():
            return False
        self.heard.append((input_name, record))
        return True

    def _shared(self, _input_name: str, record: SourceRecord, states: PartitionStates[EntityState]) -> bool:
        if record.value is None or record.key is None:
            return False
        try:
            link = _decode_link(record.value)
        except msgspec.DecodeError:
            return False
        entity = states.get(record.key)
        members = {link.account} if entity is None else {link.account, *entity.members}
        if self.account not in members:
            return False
        name = link.entity.decode()
        for slot in [slot for slot in self.recorder.suppressed if slot[1] == name]:
            del self.recorder.suppressed[slot]
        return True

    def _sample(self, input_name: str, record: SourceRecord, states: PartitionStates[AccountState]) -> None:
        if input_name != ENRICHED_EVENTS.name or record.value is None:
            return
        try:
            self.intake.take(_decode_event(record.value))
        except msgspec.DecodeError:
            self.intake.unreadable += 1
        state = states.get(record.key or b"")
        if state is None:
            return
        found = [*samples(state, self.plain_catalogue)]
        if state.day > self._closed:
            self._closed = state.day
            found += closed_samples(state, self.plain_catalogue)
        self._note(found)

    def _note(self, found: Iterable[Sample]) -> None:
        for indicator, name, value in found:
            self.recorder.note(indicator, name, self.plain_catalogue.indicators[indicator].thresholds[name], value)

    def _keep(self, _input_name: str, record: SourceRecord, states: PartitionStates[EntityState]) -> None:
        entity = states.get(record.key or b"")
        if entity is None or record.value is None or self.account not in entity.members:
            return
        self._note(thing_samples(entity, self.plain_catalogue))
        self.things[entity.name] = thing = entity, _decode_link(record.value)
        if len(entity.members) > self.company.get(entity.kind, 0):
            self.company[entity.kind] = len(entity.members)
            self.peaks[entity.kind] = copied(thing)
