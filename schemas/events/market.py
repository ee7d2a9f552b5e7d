"""The market: jobs, bids, contracts, deliverables, hours, ratings."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from schemas.events.envelope import Event
from schemas.events.fields import Amount, Country, Hash, Hashes, Hours, Id, MinHash, Moment, Names, Seconds


class JobPosted(Event, frozen=True, kw_only=True, tag="job.posted"):
    """A client (`account_id`) offered work."""

    job_id: Id | None = None
    text_minhash: MinHash = ()
    category: str | None = None
    link_domains: Names = ()
    repo_url_h: Hash | None = None
    flags: Names = ()
    """`recruit_proxy`, `run_code_before_hire`, …: set at the edge."""


class _Bid(Event, frozen=True, kw_only=True):
    job_id: Id | None = None
    client_id: Id | None = None
    category: str | None = None
    text_minhash: MinHash = ()
    attachment_sha256: Hashes = ()
    attachment_layout_hash: Hash | None = None
    doc_author_h: Hash | None = None
    amount: Amount | None = None
    currency: str | None = None
    time_to_bid_s: Seconds | None = None
    """From the job's publication to this bid."""


class BidSubmitted(_Bid, frozen=True, kw_only=True, tag="bid.submitted"):
    """The account bid for a job."""


class BidAccepted(_Bid, frozen=True, kw_only=True, tag="bid.accepted"):
    """A client took the account's bid."""


class _Contract(Event, frozen=True, kw_only=True):
    contract_id: Id | None = None
    client_id: Id | None = None
    client_tz: str | None = None
    client_country: Country | None = None
    agency_id: Id | None = None
    value: Amount | None = None
    currency: str | None = None
    category: str | None = None
    agreed_hours: str | None = None
    """Hours of availability agreed with the client, `09:00-17:00` in `client_tz`."""
    hours: Hours | None = None
    """Of work: agreed for the whole contract when it starts, worked when it ends."""


class ContractStarted(_Contract, frozen=True, kw_only=True, tag="contract.started"):
    """Work was agreed; `account_id` delivers it."""

    full_time: bool | None = None


class ContractEnded(_Contract, frozen=True, kw_only=True, tag="contract.ended"):
    """A contract ended."""

    reason_code: str | None = None
    duration_h: Hours | None = None
    """Hours from start to end by the clock; the one `_h` that is no hash."""


class DeliverableSubmitted(Event, frozen=True, kw_only=True, tag="deliverable.submitted"):
    """Work was delivered; its content stays with the platform."""

    contract_id: Id | None = None
    client_id: Id | None = None
    sha256: Hash | None = None
    text_minhash: MinHash = ()


class TimesheetLogged(Event, frozen=True, kw_only=True, tag="timesheet.logged"):
    """Hours were claimed for an interval."""

    contract_id: Id | None = None
    client_id: Id | None = None
    hours: Hours | None = None
    interval_start: Moment | None = None
    interval_end: Moment | None = None


class _Milestone(Event, frozen=True, kw_only=True):
    milestone_id: Id | None = None
    contract_id: Id | None = None
    client_id: Id | None = None
    amount: Amount | None = None
    currency: str | None = None


class MilestoneCreated(_Milestone, frozen=True, kw_only=True, tag="milestone.created"):
    """A milestone was agreed."""


class MilestoneFunded(_Milestone, frozen=True, kw_only=True, tag="milestone.funded"):
    """The client deposited a milestone's money."""


class MilestoneSubmitted(_Milestone, frozen=True, kw_only=True, tag="milestone.submitted"):
    """The freelancer reported a milestone as done."""


class MilestoneReleased(_Milestone, frozen=True, kw_only=True, tag="milestone.released"):
    """A milestone's money was released."""

    before_delivery: bool | None = None


class MilestoneDisputed(_Milestone, frozen=True, kw_only=True, tag="milestone.disputed"):
    """One side disputed a milestone."""


class MilestoneCancelled(_Milestone, frozen=True, kw_only=True, tag="milestone.cancelled"):
    """A milestone was called off."""


class _Opinion(Event, frozen=True, kw_only=True):
    """One account's public word about another. JSON says `from` and `to`."""

    to_account_id: Id = field(name="to")
    from_account_id: Id | None = field(name="from", default=None)
    """Absent: `account_id` is the one who speaks."""
    contract_id: Id | None = None
    contract_value: Amount | None = None
    duration: Hours | None = None
    """Of the contract, hours."""
    text_minhash: MinHash = ()


class ReviewGiven(_Opinion, frozen=True, kw_only=True, tag="review.given"):
    """A rating after work."""

    rating: Annotated[float, Meta(ge=0, le=100)] | None = None


class ReferenceGiven(_Opinion, frozen=True, kw_only=True, tag="reference.given"):
    """A reference, with or without a contract."""


class EndorsementGiven(_Opinion, frozen=True, kw_only=True, tag="endorsement.given"):
    """An endorsement of a skill."""

    skill: str | None = None
