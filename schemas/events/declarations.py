"""What people declare and what people decide: affiliations, travel, accommodations, reports, dispositions."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from schemas.events.envelope import Event
from schemas.events.fields import Amount, Count, Country, Day, Hash, Id, Names


class AffiliationDeclared(Event, frozen=True, kw_only=True, tag="affiliation.declared"):
    """The account explained a shared place, employer or household, before or after a rule asked."""

    affiliation_type: str | None = None
    """`coworking`, `office`, `university`, `employer`, `family`, `household`, `agency`, …"""
    prefix: str | None = None
    """Network of the place, CIDR."""
    agency_id: Id | None = None
    related_account_id: Id | None = None
    registry_verified: bool | None = None
    employer_h: Hash | None = None
    until_date: Day | None = None


class AgencyMemberAdded(Event, frozen=True, kw_only=True, tag="agency.member_added"):
    """An agency and a member declared that they belong together."""

    agency_id: Id
    member_account_id: Id | None = None
    """Absent: `account_id` is the member."""
    confirmed_by: Annotated[tuple[Literal["agency", "member"], ...], Meta(max_length=2)] = ()


class TravelDeclared(Event, frozen=True, kw_only=True, tag="travel.declared"):
    """The account said where else it will be; no `until_date` = until told otherwise."""

    countries: Annotated[tuple[Country, ...], Meta(max_length=64)] = ()
    from_date: Day | None = None
    until_date: Day | None = None


class AccommodationGranted(Event, frozen=True, kw_only=True, tag="accommodation.granted"):
    """Alternatives to live video were agreed. The reason is nobody's business here (REQ-F08)."""

    until_date: Day | None = None


class _Report(Event, frozen=True, kw_only=True):
    """Someone reported something about `account_id`."""

    report_type: str | None = None
    """`different_person`, `extortion`, `unauthorised_charge`, `unresponsive`, `bulk_clone`, `personal_push`,
    `access_log_summary`, `device_location`, `ti_match`, `identity_theft`."""
    evidence_level: Annotated[int, Meta(ge=0, le=3)] | None = None
    """0 = bare claim, 1 = plausible, 2 = the reporter proved it, 3 = confirmed by a third party."""
    client_id: Id | None = None
    contract_id: Id | None = None
    target_account_id: Id | None = None
    target_name_h: Hash | None = None
    amount: Amount | None = None
    volume: Count | None = None
    """Repositories or objects copied."""
    asn: Annotated[int, Meta(ge=0, le=2**32 - 1)] | None = None
    country: Country | None = None
    device_country: Country | None = None
    device_region: str | None = None
    device_new: bool | None = None
    indicator: str | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None


class ClientReport(_Report, frozen=True, kw_only=True, tag="client.report"):
    """A client reported something."""


class TrustReport(_Report, frozen=True, kw_only=True, tag="trust.report"):
    """Somebody else did: the owner of an identity, another platform, the trust team."""


class CaseDisposition(Event, frozen=True, kw_only=True, tag="case.disposition"):
    """A named person decided about a case (REQ-H02). No value says where anybody is from (REQ-H09)."""

    outcome: Literal["confirmed_pattern", "identity_misuse_confirmed", "cleared", "victim", "insufficient"]
    case_id: Id | None = None
    alert_id: Id | None = None
    reason_codes: Names = ()
    reviewer_h: Hash | None = None
