"""What the records of an mmdb look like, whoever made the file: dispatch on the record, not on `database_type`.

Providers rename their products, append "-Shield" or "generic_…_sample", and change the type of a value; the shape
stays. One module a role: `geo`, `asn`, `networks`. Each has `recognises(record)`, asked at load, and `read(record, …)`,
which takes any record of any shape it knows and answers None for what the record does not say.
"""
