"""The fixed texts of an alert, in one place for translators. A test runs the linter over all of them."""

from __future__ import annotations

STEP_ORDER = {
    **dict.fromkeys(("look", "check", "compare", "read", "nothing"), 0),
    **dict.fromkeys(("ask", "offer", "invite", "tell"), 1),
    **dict.fromkeys(("re-verify", "repeat", "verify", "request", "confirm"), 2),
    **dict.fromkeys(("protect", "warn", "inform", "limit", "notify", "secure"), 3),
    **dict.fromkeys(("hold", "pause", "defer"), 4),
    **dict.fromkeys(("decide", "restrict", "close"), 5),
}
"""First word of a step → rank by harm: what nobody notices, then as REQ-H05: ask · re-verify · protect clients · hold new contracts ·
restrict."""
ASKING, OTHERWISE = 1, 3
"""Rank of asking; rank of a step that begins with another word: after asking and re-verifying."""

MOST_HARM = {"none": 0, "expired": 0, "joined": 0, "watch": 3, "review": 4, "priority": 4}
"""Highest rank of an indicator's own step that may be suggested. Restricting is a general step of `priority` only, and names the
second person."""

TIER_STEPS = {
    "none": ("Nothing further is needed; tell the account holder if they were asked.",),
    "expired": ("Look at the findings once more, since nobody has decided on them; nobody need be contacted.",),
    "joined": ("Look at the case that it was joined to.",),
    "watch": (
        "Look again when new evidence arrives; until then nobody need be contacted, and all that follows can wait.",
    ),
    "review": (
        "Ask the account holder for an explanation and give them time to answer.",
        "Re-verify the account, with a choice of methods that includes one without live video.",
        "Protect clients of open contracts: limit access to what the work needs.",
        "Hold new contracts only if the earlier steps leave the contradiction open, and say why and until when.",
    ),
    "priority": (
        "Ask the account holder for an explanation, unless the law forbids telling them.",
        "Re-verify the account, with a choice of methods that includes one without live video.",
        "Protect clients of open contracts now: limit access and review what was shared.",
        "Hold new contracts until a person has decided, and say why and until when.",
        "Decide on any restriction with a second person; money earned for delivered work is treated under the law.",
    ),
}

ROLES = {
    "account user": "Account user: may work under pressure or in debt; may not control the account or the money.",
    "identity owner": "Identity owner: the identity may be in use without consent, or was lent under a false promise.",
    "facilitator": "Facilitator: may have been recruited with a false story and may not know what it serves.",
    "client": "Client: may have given access or money to someone other than the person they hired.",
    "recipient": "Recipient: may be the target of a lure and needs a warning, whatever becomes of this case.",
}
"""Role as the catalogue names it → what being a victim would mean in it."""

WELFARE = (
    "Possible coercion or forced labour: the pattern of work also fits somebody who is made to work or is controlled "
    "by others. It did not raise the score. Do not confront the person over a channel that others may read. Do not "
    "publish names. Hand over to the trained contact or an anti-trafficking helpline where the person lives, and ask "
    "them first what is safe."
)

CHECKLIST = (
    "I read the innocent explanations and noted which ones I ruled out, and how.",
    "I looked at the raw events behind the two strongest findings.",
    "I asked, or noted why I did not ask, the account holder.",
    "I considered that the account holder may be the victim of an account theft.",
    "I chose the least harmful step that answers the open question.",
    "My decision has a reason code, the evidence I relied on and the alternatives I considered.",
)

DUTIES = {
    "linked": "I judged each linked account by itself; being linked is not a finding about its holder.",
    "hard": "I verified the source of the decisive fact (header chain, registration data, reporter's proof).",
    "protective": "I made sure that people who may be harmed were warned, whatever I decide about this account.",
    "welfare": "I read the note on possible coercion before contacting anybody.",
    "priority": "A second person decides with me before an account is closed or a payout is frozen.",
}

UNKNOWNS = {
    "created": "When the account was opened is not known.",
    "claimed_country": "The account states no country of residence, so places could not be compared with it.",
    "identity_document": "No verified identity document is on record, so identities could not be compared.",
    "payout_country": "No country of a payout account is known.",
    "claimed_time_zone": "The profile states no time zone.",
}

QUALITY = {
    "late_events": "{value:event arrived later than allowed and was only counted where it still fits"
    "|events arrived later than allowed and were only counted where they still fit}.",
    "geo_radius_km": "An address could only be placed within {value:,} km; distances may be wrong by as much.",
    "accounts_not_shown": "{value:more linked account is|more linked accounts are} left out: the group is too large, "
    "so what unrelated people seem to share ties nobody in it.",
}
"""Mark → text; `{value}` is the mark's number (`filling.py`)."""
