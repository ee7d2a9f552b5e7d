"""Messages, meetings, shipments: how people reach each other. Features from the edge, never content (REQ-P03)."""

from __future__ import annotations

from schemas.events.envelope import Event
from schemas.events.fields import Count, Country, Hash, Id, MinHash, Moment, Names, Score, Seconds


class MessageSent(Event, frozen=True, kw_only=True, tag="message.sent"):
    """The account sent a message."""

    to_account_id: Id | None = None
    conversation_id: Id | None = None
    conversation_msg_no: Count | None = None
    first_contact: bool | None = None
    off_platform_hint: bool | None = None
    channel: str | None = None
    """Where the hint leads: `telegram`, `email`, …"""
    template_minhash: MinHash = ()
    contact_handle_h: Hash | None = None
    link_domains: Names = ()
    has_external_link: bool | None = None
    repo_url_h: Hash | None = None
    target_account_id: Id | None = None
    target_name_h: Hash | None = None
    response_latency_s: Seconds | None = None
    in_agreed_hours: bool | None = None
    contract_id: Id | None = None
    flags: Names = ()
    """`account_swap`, `crypto_payment_request`, `prepay_request`, `refuse_checkin`, `threat`, `recruit_proxy`,
    `run_code_before_hire`, `cold_outreach`."""


class _Meeting(Event, frozen=True, kw_only=True):
    meeting_id: Id | None = None
    contract_id: Id | None = None
    client_id: Id | None = None
    required: bool | None = None
    outcome: str | None = None
    reason_code: str | None = None
    accommodation: bool | None = None
    """An accommodation is on file; its reason is not recorded (REQ-F08)."""
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class MeetingScheduled(_Meeting, frozen=True, kw_only=True, tag="meeting.scheduled"):
    """A video meeting was agreed."""


class MeetingDeclined(_Meeting, frozen=True, kw_only=True, tag="meeting.declined"):
    """The account declined a video meeting."""


class MeetingRescheduled(_Meeting, frozen=True, kw_only=True, tag="meeting.rescheduled"):
    """A video meeting was moved."""


class MeetingHeld(_Meeting, frozen=True, kw_only=True, tag="meeting.held"):
    """A video meeting took place. Comparisons are 1:1 and consented (REQ-F07)."""

    camera_on: bool | None = None
    camera_label: str | None = None
    liveness: str | None = None
    """`pass`, `fail`, `not_done`."""
    gesture: str | None = None
    """Prompted gesture: `pass`, `fail`, `not_done`."""
    deepfake_score: Score | None = None
    voice_flag: bool | None = None
    """The meeting tool saw a voice changer."""
    face_match_1to1: Score | None = None
    voice_match: Score | None = None
    join_ip: str | None = None
    join_country: Country | None = None
    join_tz: str | None = None
    join_device_h: Hash | None = None


class _Shipment(Event, frozen=True, kw_only=True):
    address_h: Hash | None = None
    address_unit_h: Hash | None = None
    """With the flat or suite; `address_h` is the building."""
    country: Country | None = None
    region: str | None = None
    address_type: str | None = None
    """`residential`, `office`, `mail_drop`, `forwarder`, `pickup_point`, …"""
    matches_id_address: bool | None = None
    recipient_phone_h: Hash | None = None
    reason_code: str | None = None
    client_id: Id | None = None
    contract_id: Id | None = None


class ShipmentAddressSet(_Shipment, frozen=True, kw_only=True, tag="shipment.address_set"):
    """An address for equipment was given."""


class ShipmentAddressChanged(_Shipment, frozen=True, kw_only=True, tag="shipment.address_changed"):
    """The address for equipment changed."""


class CarrierRedirect(_Shipment, frozen=True, kw_only=True, tag="carrier.redirect"):
    """A parcel under way was redirected."""
