"""JSON of the background's events as byte templates: seed, number, time, account come first in each."""

from __future__ import annotations

_HEAD = b'{"type":"%s","event_id":"bg%%d-%%d","occurred_at":"%%s","account_id":"%%s"'

LOGIN = _HEAD % b"login.succeeded" + b',%s,%s%s,"mfa":"totp"}'
START = _HEAD % b"session.start" + b',%s,"session_id":"%s",%s%s}'
BEAT = _HEAD % b"session.heartbeat" + b',%s,"session_id":"%s","active_input_count":%d,"input_idle_s":%d}'
END = _HEAD % b"session.end" + b',%s,"session_id":"%s"}'
BID = _HEAD % b"bid.submitted" + b',%s,"job_id":"job-%d","amount":%d,"currency":"USD","time_to_bid_s":%d}'
MESSAGE = _HEAD % b"message.sent" + b',%s,"conversation_id":"c-%d","conversation_msg_no":%d,"first_contact":false}'
PAYOUT = _HEAD % b"payout.requested" + (
    b',%s,"instrument_h":"i-%s","instrument_type":"bank","bank_country":"%s","holder_type":"%s",'
    b'"holder_name_match_score":0.97,"amount":%d,"currency":"USD"}'
)
TRAVEL = _HEAD % b"travel.declared" + b",%s}"

CREATED = _HEAD % b"account.created" + (
    b',"account_type":"freelancer","email_norm_h":"m-%s","email_domain_class":"ordinary","phone_h":"t-%s",'
    b'"phone_country":"%s","phone_line_type":"mobile","claimed_country":"%s","claimed_tz":"%s","name_h":"n-%s",%s}'
)
DOCUMENT = _HEAD % b"document.submitted" + (
    b',"doc_type":"passport","doc_country":"%s","doc_number_h":"d-%s","name_h":"n-%s","image_quality":0.9,'
    b'"vendor_verdict":"genuine",%s}'
)
METHOD = _HEAD % b"payout_method.added" + (
    b',"instrument_h":"i-%s","instrument_type":"bank","bank_country":"%s","holder_type":"%s",'
    b'"holder_name_match_score":0.97,%s}'
)
APPROVED = _HEAD % b"kyc.approved" + b',"method":"selfie","vendor_verdict":"approved"}'

AGENCY = _HEAD % b"affiliation.declared" + (
    b',"affiliation_type":"agency","agency_id":"%s","registry_verified":true,"prefix":"%s::/64"}'
)
MEMBER = _HEAD % b"agency.member_added" + b',"agency_id":"%s","confirmed_by":["agency","member"]}'
FAMILY = _HEAD % b"affiliation.declared" + b',"affiliation_type":"household","related_account_id":"%s"}'
