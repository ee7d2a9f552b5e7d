"""Lists of other people, read into one normal form (catalogue §7). One module a provider or kind of file.

A loader is a generator `load(source, notes)`: it yields a `Statement` for everything the list says, tells `notes` what
it could not read (line and named reason) and what the list says of itself (its date, its header). It never raises for
bad content: only `ListError`, for a file that is no list of its format at all. `formats` is the register.
"""
