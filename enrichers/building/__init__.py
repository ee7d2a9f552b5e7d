"""Lists of other people compiled into our tables, with a manifest that says what is in them and on what terms.

`feeds_file` is what an operator writes, `reading` reads one feed and refuses it, `build` compiles them all, `manifest`
is what stands beside the tables, `verify` compares the two.
"""
