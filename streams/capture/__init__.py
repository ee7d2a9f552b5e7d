"""A recorded case without its people: enriched events with other identifiers and addresses, which replay to the same alerts.

`redaction` is pure: events in, events out. What each field is stands in `declared`, once; how such a thing is replaced in
`pseudonyms` (identifiers), `addresses` and `coarse` (what an indicator reads of a text, and no more).
"""
