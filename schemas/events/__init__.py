"""What travels on the input topics: one Struct per event type, a tagged union over `type`.

Names of types and fields are those of catalogue section 4.1; `schemas/catalogue_fields.toml` has the few that differ, each with
its reason: a field named `type` would collide with the tag, and of a locale only `locale_territory` is kept.
No field says, or is made to guess, what REQ-F01 and REQ-F07 keep out; a test walks every Struct.
"""

from __future__ import annotations

from typing import TypeAlias, get_args

from schemas.events.accounts import (
    AccountCreated,
    AccountSuspended,
    PolicyViolation,
    ProfileUpdated,
    ReferralMade,
)
from schemas.events.contacts import (
    CarrierRedirect,
    MeetingDeclined,
    MeetingHeld,
    MeetingRescheduled,
    MeetingScheduled,
    MessageSent,
    ShipmentAddressChanged,
    ShipmentAddressSet,
)
from schemas.events.declarations import (
    AccommodationGranted,
    AffiliationDeclared,
    AgencyMemberAdded,
    CaseDisposition,
    ClientReport,
    TravelDeclared,
    TrustReport,
)
from schemas.events.envelope import Event
from schemas.events.market import (
    BidAccepted,
    BidSubmitted,
    ContractEnded,
    ContractStarted,
    DeliverableSubmitted,
    EndorsementGiven,
    JobPosted,
    MilestoneCancelled,
    MilestoneCreated,
    MilestoneDisputed,
    MilestoneFunded,
    MilestoneReleased,
    MilestoneSubmitted,
    ReferenceGiven,
    ReviewGiven,
    TimesheetLogged,
)
from schemas.events.money import (
    BalanceCredited,
    PaymentClientFunded,
    PayoutMethodAdded,
    PayoutMethodRemoved,
    PayoutRequested,
    TransferInternal,
)
from schemas.events.sessions import (
    LoginFailed,
    LoginSucceeded,
    RemoteToolSeen,
    SessionEnd,
    SessionHeartbeat,
    SessionStart,
)
from schemas.events.verification import (
    DocumentSubmitted,
    KycApproved,
    KycLivenessResult,
    KycRejected,
    NameChangeDocumented,
    PortfolioLinkAdded,
)

AnyEvent: TypeAlias = (
    AccommodationGranted
    | AccountCreated
    | AccountSuspended
    | AffiliationDeclared
    | AgencyMemberAdded
    | BalanceCredited
    | BidAccepted
    | BidSubmitted
    | CarrierRedirect
    | CaseDisposition
    | ClientReport
    | ContractEnded
    | ContractStarted
    | DeliverableSubmitted
    | DocumentSubmitted
    | EndorsementGiven
    | JobPosted
    | KycApproved
    | KycLivenessResult
    | KycRejected
    | LoginFailed
    | LoginSucceeded
    | MeetingDeclined
    | MeetingHeld
    | MeetingRescheduled
    | MeetingScheduled
    | MessageSent
    | MilestoneCancelled
    | MilestoneCreated
    | MilestoneDisputed
    | MilestoneFunded
    | MilestoneReleased
    | MilestoneSubmitted
    | NameChangeDocumented
    | PaymentClientFunded
    | PayoutMethodAdded
    | PayoutMethodRemoved
    | PayoutRequested
    | PolicyViolation
    | PortfolioLinkAdded
    | ProfileUpdated
    | ReferenceGiven
    | ReferralMade
    | RemoteToolSeen
    | ReviewGiven
    | SessionEnd
    | SessionHeartbeat
    | SessionStart
    | ShipmentAddressChanged
    | ShipmentAddressSet
    | TimesheetLogged
    | TransferInternal
    | TravelDeclared
    | TrustReport
)
"""Any event; decoders take it as their type."""


def type_of(event: Event) -> str:
    """Give the event's type as JSON says it, `login.succeeded`."""
    return str(event.__struct_config__.tag)


EVENT_TYPES: dict[str, type[Event]] = {str(struct.__struct_config__.tag): struct for struct in get_args(AnyEvent)}
"""Every event type by its JSON name."""

__all__ = [
    "EVENT_TYPES",
    "AccommodationGranted",
    "AccountCreated",
    "AccountSuspended",
    "AffiliationDeclared",
    "AgencyMemberAdded",
    "AnyEvent",
    "BalanceCredited",
    "BidAccepted",
    "BidSubmitted",
    "CarrierRedirect",
    "CaseDisposition",
    "ClientReport",
    "ContractEnded",
    "ContractStarted",
    "DeliverableSubmitted",
    "DocumentSubmitted",
    "EndorsementGiven",
    "Event",
    "JobPosted",
    "KycApproved",
    "KycLivenessResult",
    "KycRejected",
    "LoginFailed",
    "LoginSucceeded",
    "MeetingDeclined",
    "MeetingHeld",
    "MeetingRescheduled",
    "MeetingScheduled",
    "MessageSent",
    "MilestoneCancelled",
    "MilestoneCreated",
    "MilestoneDisputed",
    "MilestoneFunded",
    "MilestoneReleased",
    "MilestoneSubmitted",
    "NameChangeDocumented",
    "PaymentClientFunded",
    "PayoutMethodAdded",
    "PayoutMethodRemoved",
    "PayoutRequested",
    "PolicyViolation",
    "PortfolioLinkAdded",
    "ProfileUpdated",
    "ReferenceGiven",
    "ReferralMade",
    "RemoteToolSeen",
    "ReviewGiven",
    "SessionEnd",
    "SessionHeartbeat",
    "SessionStart",
    "ShipmentAddressChanged",
    "ShipmentAddressSet",
    "TimesheetLogged",
    "TransferInternal",
    "TravelDeclared",
    "TrustReport",
    "type_of",
]
