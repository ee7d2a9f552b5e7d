"""What is remembered of an account's contact points: the class of the present phone and mailbox, nothing more."""

from __future__ import annotations

import msgspec

from streams.detection.messages import Ref


class Contact(msgspec.Struct, array_like=True, gc=False):
    """Class of the newest known contact point, and the event that stated it."""

    kind: str
    """Line type or mailbox class as sent; empty when it was replaced by one of unknown class."""
    ref: Ref


class IdentityMemory(msgspec.Struct, array_like=True, gc=False):
    """The present phone and mailbox: the newest statement by event time wins, in whatever order they arrive."""

    phone: Contact | None = None
    email: Contact | None = None
