"""What every field of every event is. A field that is not here cannot be captured: a test fails, and so does the command.

One name means one thing in all event types. Identifiers of one kind may be compared with each other, so they are replaced alike:
a client or an agency is an account somewhere, a bank account's registration number is an employer's.
"""

from __future__ import annotations

from streams.capture.treatments import Id, Plain, Treatment, shape, words

_KEPT = """
    occurred_at starts_at ends_at device_issued_at interval_start interval_end from_date until_date
    countries phone_country claimed_country country device_country client_country doc_country join_country bank_country
    about_country locale_territory tz_offset_min asn port http_status
    amount value contract_value rating hours duration duration_h time_to_bid_s response_latency_s
    confidence evidence_level volume image_quality liveness_score deepfake_score face_match_1to1 voice_match
    holder_name_match_score commit_gap_score fork_ratio photo_synth_score input_interval_cv input_idle_s
    device_entropy_bits domain_age_d account_age_d commit_count page_count word_count retry_n contact_fields_n
    conversation_msg_no active_input_count key_event_count
    registry_verified matches_id_address device_new full_time mrz_valid checksum_valid noise_inconsistency font_anomaly
    spelling_anomaly counterparty_confirmed same_person injected_source required accommodation camera_on voice_flag
    first_contact off_platform_hint has_external_link in_agreed_hours before_delivery omnibus has_history parked dns_nx
    declared confirmed_by kind
"""

_IDS = {
    "acct": """account_id to_account_id from_account_id referred_account_id referrer_account_id related_account_id
        member_account_id target_account_id client_id agency_id""",
    "event": "event_id",
    "session": "session_id",
    "device": "device_id join_device_h usb_serial exif_serial_h",
    "canvas": "canvas_h",
    "name": "name_h name_tokens_h previous_name_h target_name_h about_name_h legal_name_h officer_h registrant_h",
    "person": "dob_h doc_number_h reviewer_h",
    "author": "doc_author_h author_meta_h",
    "contact": "email_norm_h phone_h recipient_phone_h contact_handle_h",
    "place": "verified_address_h address_h address_unit_h",
    "company": "employer_h reg_no_h holder_reg_id_h",
    "payout": "instrument_h wallet",
    "job": "job_id",
    "contract": "contract_id",
    "milestone": "milestone_id",
    "conversation": "conversation_id",
    "meeting": "meeting_id",
    "template": "template_id",
    "site": "analytics_id cert_san_hash form_endpoint_h dom_hash repo_url_h",
    "file": "sha256 attachment_sha256",
    "layout": "layout_hash attachment_layout_hash",
    "text": "brand_claim category skill skills indicator exif_software usb_mfr usb_product edid_mfr",
}

_OTHERS: dict[str, Treatment] = {
    "ip": Plain.ADDRESS,
    "join_ip": Plain.ADDRESS,
    "prefix": Plain.PREFIX,
    "user_agent": Plain.AGENT,
    "gpu_renderer": Plain.RENDERER,
    "ja4": Plain.TLS,
    "client_hints": Plain.HINTS,
    "screen": Plain.SCREEN,
    "fonts_os": Plain.SYSTEM,
    "camera_label": Plain.DROP,
    "case_id": Plain.CASE,
    "alert_id": Plain.CASE,
    "currency": shape("[A-Z]{3}"),
    "region": shape("[A-Z]{2}-[A-Z0-9]{1,3}"),
    "device_region": shape("[A-Z]{2}-[A-Z0-9]{1,3}"),
    "agreed_hours": shape(r"\d\d:\d\d-\d\d:\d\d"),
    "usb_vid": shape("(?i:(0x)?[0-9a-f]{4})"),
    "usb_pid": shape("(?i:(0x)?[0-9a-f]{4})"),
}

_REASONS = """completed cancelled password timeout locked expired mismatch unreadable duplicate fraud policy request moved
    no_show conflict illness technical other"""

_WORDS = {
    "account_type": "freelancer client agency company",
    "email_domain_class": "ordinary disposable alias company",
    "phone_line_type": "mobile landline fixedVoip nonFixedVoip prepaid voip tollFree",
    "registry": "match none",
    "reason_code": _REASONS,
    "reason_codes": _REASONS,
    "changed_fields": """email phone password 2fa name country address photo employment payout title skills bio
        history timezone""",
    "title_class": "executive recruiter investor individual",
    "policy": "pre_verification_activity",
    "channel": "telegram email whatsapp wechat signal discord skype phone",
    "flags": """account_swap crypto_payment_request prepay_request refuse_checkin threat recruit_proxy
        run_code_before_hire cold_outreach""",
    "outcome": """held agreed declined missed cancelled rescheduled no_show
        confirmed_pattern identity_misuse_confirmed cleared victim insufficient""",
    "liveness": "pass fail not_done",
    "gesture": "pass fail not_done",
    "address_type": "residential office mail_drop forwarder freight_forwarder pickup_point",
    "affiliation_type": "coworking office university employer family household agency",
    "report_type": """different_person extortion unauthorised_charge unresponsive bulk_clone personal_push
        access_log_summary device_location ti_match identity_theft""",
    "instrument_type": "bank card payment_provider crypto",
    "holder_type": "person company",
    "mfa": "totp push sms webauthn none",
    "tool": "TeamViewer AnyDesk RustDesk Chrome-Remote-Desktop TinyPilot PiKVM VNC RDP",
    "evidence": "agent client_edr screen_share port_scan",
    "install_method": "interactive unattended_cli mdm",
    "method": "chip live selfie notary in_person",
    "vendor_verdict": "pass fail approved rejected genuine forged suspect unclear",
    "doc_type": """passport id_card driving_licence residence_permit utility_bill company invoice sow
        reference_letter""",
    "hosting_class": "shared vps cloud cdn builder free",
    "code_host": "github gitlab bitbucket github.com gitlab.com bitbucket.org",
}

_SAME: dict[Plain, str] = {
    Plain.KEEP: _KEPT,
    Plain.ZONE: "tz claimed_tz client_tz join_tz",
    Plain.DOMAIN: "domain employer_domain reference_email_domain counterparty_domain link_domains",
    Plain.MINHASH: "bio_minhash history_minhash text_minhash template_minhash page_minhash",
    Plain.PICTURE: "photo_phash image_phash image_phash_background asset_phash",
}

FIELDS: dict[str, Treatment] = {
    **{name: treatment for treatment, names in _SAME.items() for name in names.split()},
    **{name: Id(kind) for kind, names in _IDS.items() for name in names.split()},
    **{name: words(text) for name, text in _WORDS.items()},
    **_OTHERS,
}
"""Field → what it is."""

_FACTS_KEPT = """
    address_kind country other_countries country_confidence region city latitude longitude radius_km geo_tz asn organisation
    classes operator lists registry registry_confidence agent tables
"""

FACTS: dict[str, Treatment] = {
    **dict.fromkeys(_FACTS_KEPT.split(), Plain.KEEP),
    "ip": Plain.ADDRESS,
    "network": Plain.NETWORK,
    "shared_key": Plain.SHARED_KEY,
    "geo_prefix": Plain.DROP,
}
"""Fact → what it is. What tables say of a network is not about a person, and the alerts depend on it."""
