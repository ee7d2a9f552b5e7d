"""Accounts and profiles: who someone says they are, as hashes and classes."""

from __future__ import annotations

from schemas.events.envelope import Event
from schemas.events.fields import Count, Country, Hash, Hashes, Id, MinHash, Names, Score


class _Claims(Event, frozen=True, kw_only=True):
    """What an account says about its owner; sent at sign-up and again whenever it changes."""

    account_type: str | None = None
    """`freelancer`, `client` or `agency`."""
    email_norm_h: Hash | None = None
    """Of the normalised address: lower case, the provider's dot and plus rules applied."""
    email_domain_class: str | None = None
    """`ordinary`, `disposable`, `alias`, `company`."""
    phone_h: Hash | None = None
    phone_country: Country | None = None
    phone_line_type: str | None = None
    """`mobile`, `landline`, `fixedVoip`, `nonFixedVoip`, `prepaid`, …: as the numbering look-up names it."""
    claimed_country: Country | None = None
    claimed_tz: str | None = None
    """IANA time zone that the profile states."""
    name_h: Hash | None = None
    name_tokens_h: Hashes = ()
    """One hash per word of the name, sorted: order and middle names then do not matter."""
    photo_phash: Hash | None = None
    bio_minhash: MinHash = ()
    history_minhash: MinHash = ()
    brand_claim: str | None = None
    """Organisation that the account says it is or works for."""
    verified_address_h: Hash | None = None


class AccountCreated(_Claims, frozen=True, kw_only=True, tag="account.created"):
    """Someone opened an account."""

    referrer_account_id: Id | None = None
    agency_id: Id | None = None
    registry: str | None = None
    """Company register, for agencies and companies: `match` or `none`."""
    domain: str | None = None
    domain_age_d: Count | None = None
    reg_no_h: Hash | None = None
    officer_h: Hash | None = None
    legal_name_h: Hash | None = None


class AccountSuspended(Event, frozen=True, kw_only=True, tag="account.suspended"):
    """The platform suspended an account; a person or a rule of theirs, never this product (REQ-H01)."""

    reason_code: str | None = None


class ProfileUpdated(_Claims, frozen=True, kw_only=True, tag="profile.updated"):
    """A profile or its contact and security data changed. Only what changed is sent, besides `changed_fields`."""

    changed_fields: Names = ()
    """`email`, `phone`, `password`, `2fa`, `name`, `country`, `address`, `photo`, `employment`, …"""
    employer_domain: str | None = None
    reference_email_domain: str | None = None
    title_class: str | None = None
    """`executive`, `recruiter`, `investor`, `individual`, …"""
    photo_synth_score: Score | None = None
    skills: Names = ()


class ReferralMade(Event, frozen=True, kw_only=True, tag="referral.made"):
    """The account recommended another account for work."""

    referred_account_id: Id
    client_id: Id | None = None


class PolicyViolation(Event, frozen=True, kw_only=True, tag="policy.violation"):
    """The platform noted a breach of its own rules; context only, never scored."""

    policy: str | None = None
    """For example `pre_verification_activity`."""
