"""The command line: one command one file. A command is a module with `configure(parser)` and `run(arguments) -> exit code`."""
