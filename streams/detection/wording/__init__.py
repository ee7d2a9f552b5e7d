"""What an alert says, in plain and neutral words: about the activity of an account, never about who a person is.

`views.py` what wording needs of a piece of evidence · `summary.py` title, summary, sentences · `notes.py` what to
check, to do and to keep in mind · `phrases.py` the fixed texts · `linter.py` the proof that a text says nothing it must
not say (REQ-F11, catalogue §8.3) · `addresses.py` network addresses in a text.
"""
