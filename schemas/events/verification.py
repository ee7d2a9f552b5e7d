"""Identity verification, documents and portfolios: what was shown, reduced to hashes and verdicts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.events.envelope import Event
from schemas.events.fields import Count, Country, Hash, Hashes, Id, MinHash, Score


class _KnowYourCustomer(Event, frozen=True, kw_only=True):
    """A result of identity verification. Comparison is 1:1 with the person's own proof, never a search (REQ-F07)."""

    method: str | None = None
    """`chip`, `live`, `selfie`, `notary`, `in_person`, …"""
    same_person: bool | None = None
    """Whether the one shown is the one verified earlier."""
    liveness_score: Score | None = None
    deepfake_score: Score | None = None
    injected_source: bool | None = None
    """The picture came from a virtual or injected camera."""
    camera_label: str | None = None
    vendor_verdict: str | None = None


class KycApproved(_KnowYourCustomer, frozen=True, kw_only=True, tag="kyc.approved"):
    """An identity was verified."""


class KycRejected(_KnowYourCustomer, frozen=True, kw_only=True, tag="kyc.rejected"):
    """A verification failed."""

    reason_code: str | None = None


class KycLivenessResult(_KnowYourCustomer, frozen=True, kw_only=True, tag="kyc.liveness_result"):
    """A liveness check ended."""


class DocumentSubmitted(Event, frozen=True, kw_only=True, tag="document.submitted"):
    """A document was uploaded: identity, address, company, invoice, reference. No image, number or name in clear."""

    doc_type: str | None = None
    """`passport`, `id_card`, `driving_licence`, `utility_bill`, `company`, `invoice`, `sow`, `reference_letter`, …"""
    doc_country: Country | None = None
    doc_number_h: Hash | None = None
    name_h: Hash | None = None
    name_tokens_h: Hashes = ()
    dob_h: Hash | None = None
    address_h: Hash | None = None
    image_phash: Hash | None = None
    """PDQ, 64 hex digits."""
    image_phash_background: Hash | None = None
    """PDQ with the holder's data masked."""
    layout_hash: Hash | None = None
    exif_software: str | None = None
    exif_serial_h: Hash | None = None
    mrz_valid: bool | None = None
    checksum_valid: bool | None = None
    noise_inconsistency: bool | None = None
    font_anomaly: bool | None = None
    spelling_anomaly: bool | None = None
    image_quality: Score | None = None
    retry_n: Count | None = None
    template_id: Id | None = None
    """Template that the verification vendor recognised."""
    vendor_verdict: str | None = None
    author_meta_h: Hash | None = None
    counterparty_domain: str | None = None
    counterparty_confirmed: bool | None = None
    contact_fields_n: Count | None = None
    domain: str | None = None
    reg_no_h: Hash | None = None
    officer_h: Hash | None = None
    legal_name_h: Hash | None = None


class PortfolioLinkAdded(Event, frozen=True, kw_only=True, tag="portfolio.link_added"):
    """A web site or code host was linked, with what a crawler found there."""

    domain: str
    domain_age_d: Count | None = None
    page_count: Count | None = None
    word_count: Count | None = None
    page_minhash: MinHash = ()
    dom_hash: Hash | None = None
    asset_phash: Hashes = ()
    analytics_id: Id | None = None
    cert_san_hash: Hash | None = None
    form_endpoint_h: Hash | None = None
    registrant_h: Hash | None = None
    about_name_h: Hash | None = None
    about_country: Country | None = None
    template_id: Id | None = None
    has_history: bool | None = None
    """An archive knows the site."""
    http_status: Annotated[int, Meta(ge=0, le=999)] | None = None
    parked: bool | None = None
    dns_nx: bool | None = None
    hosting_class: str | None = None
    code_host: str | None = None
    """Name of the code host, when the link is a profile there; the next fields then describe its history."""
    account_age_d: Count | None = None
    commit_count: Count | None = None
    commit_gap_score: Score | None = None
    """Share of commits whose authored and committed times lie implausibly apart."""
    fork_ratio: Score | None = None


class NameChangeDocumented(Event, frozen=True, kw_only=True, tag="name_change.documented"):
    """A change of name or address was documented: marriage, transition, move. Mitigates; the cause is not recorded."""

    name_h: Hash | None = None
    previous_name_h: Hash | None = None
    address_h: Hash | None = None
