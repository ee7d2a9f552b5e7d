"""Formats of other producers: bytes and headers become events or named rejects. No Kafka in here."""
