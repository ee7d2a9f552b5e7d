"""Money: funding, balances, payout methods, payouts. Instruments are hashes."""

from __future__ import annotations

from schemas.events.envelope import Event
from schemas.events.fields import Amount, Country, Hash, Id, Score


class _Instrument(Event, frozen=True, kw_only=True):
    """A bank account, card, payment-provider account or wallet."""

    instrument_h: Hash | None = None
    instrument_type: str | None = None
    """`bank`, `card`, `payment_provider`, `crypto`, …"""
    bank_country: Country | None = None
    holder_type: str | None = None
    """`person` or `company`."""
    holder_name_match_score: Score | None = None
    """How well the holder's name matches the verified one; script, order and initials allowed for."""
    holder_reg_id_h: Hash | None = None
    """Of the holding company's registration number."""
    omnibus: bool | None = None
    """Shared by design: an exchange's deposit address, an employer of record."""
    wallet: str | None = None
    """Public wallet address, sent only for the match against official lists."""


class PaymentClientFunded(_Instrument, frozen=True, kw_only=True, tag="payment.client_funded"):
    """A client (`account_id`) paid in."""

    amount: Amount | None = None
    currency: str | None = None
    contract_id: Id | None = None


class BalanceCredited(Event, frozen=True, kw_only=True, tag="balance.credited"):
    """The account's balance grew by earned money."""

    amount: Amount | None = None
    currency: str | None = None
    contract_id: Id | None = None
    client_id: Id | None = None


class PayoutMethodAdded(_Instrument, frozen=True, kw_only=True, tag="payout_method.added"):
    """A way to be paid was added."""


class PayoutMethodRemoved(_Instrument, frozen=True, kw_only=True, tag="payout_method.removed"):
    """A way to be paid was removed."""


class PayoutRequested(_Instrument, frozen=True, kw_only=True, tag="payout.requested"):
    """The account asked for its money."""

    amount: Amount | None = None
    currency: str | None = None


class TransferInternal(Event, frozen=True, kw_only=True, tag="transfer.internal"):
    """Money went from this account to another one of the platform."""

    to_account_id: Id
    amount: Amount | None = None
    currency: str | None = None
