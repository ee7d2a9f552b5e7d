"""A story of accounts tied to each other: they sign up one after the other with one bank account, and share devices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def events(accounts: int, apart: timedelta, devices: int = 1) -> Iterator[bytes]:
    """Yield two lines an account, `apart` from those of the account before it. Its case rises with each, in the end to `review`."""
    for number in range(accounts):
        at = START + number * apart
        account = f"farm-{number:03d}"
        yield _line(
            f"{account}-p",
            account,
            at,
            "payout_method.added",
            instrument_type="bank",
            instrument_h="one-bank",
            holder_name_match_score=0.1,
        )
        device = f"device-{number % devices}"
        yield _line(
            f"{account}-s",
            account,
            at + timedelta(minutes=3),
            "session.start",
            device_id=device,
            device_entropy_bits=30,
            session_id=f"{account}-1",
            ip="2001:db8:1::7",
        )


def _line(event_id: str, account: str, at: datetime, kind: str, **fields: object) -> bytes:
    event = {"event_id": event_id, "account_id": account, "occurred_at": at.isoformat(), "type": kind, **fields}
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"
