"""Alerts that were written before: by a replay, or read from the alert topics."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.cli.outcome import BadInputError
from streams.detection.alert import Alert
from streams.replay.files import lines
from streams.replay.unpacking import PackedError, unpacked


class _Kept(msgspec.Struct):
    """A line of kcat -J. `payload` None is a tombstone."""

    topic: str
    payload: str | None


_alert = msgspec.json.Decoder(Alert).decode
_kept = msgspec.json.Decoder(_Kept).decode


def read_alerts(name: str) -> list[Alert]:
    """The newest revision of each alert of an NDJSON file, packed or not. Raises BadInputError with the line that is none."""
    newest: dict[str, Alert] = {}
    number = 0
    try:
        with Path(name).open("rb") as raw:
            for number, line in enumerate(lines(unpacked(raw)), 1):  # noqa: B007 (told when a line fails)
                if not line.strip():
                    continue
                alert = _read(line)
                held = newest.get(alert.alert_id) if alert else None
                if alert is not None and (held is None or alert.revision >= held.revision):
                    newest[alert.alert_id] = alert
    except OSError as error:
        raise BadInputError(f"{name}: {error.strerror}") from error
    except (PackedError, msgspec.MsgspecError, ValueError) as error:
        raise BadInputError(
            f"{name}: line {number}: {error}; expected an alert as replay writes it, alone or as kcat -J shows it"
        ) from error
    return [newest[key] for key in sorted(newest)]


def _read(line: bytes) -> Alert | None:
    """One alert; None for a tombstone. Raises msgspec.MsgspecError as of an alert."""
    try:
        return _alert(line)
    except msgspec.ValidationError:
        try:
            kept = _kept(line)
        except msgspec.ValidationError:
            pass
        else:
            return None if kept.payload is None else _alert(kept.payload)
        raise
