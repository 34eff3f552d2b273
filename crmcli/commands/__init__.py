"""The subcommands, a file a noun. A command takes options, calls the store, and hands what came to the output."""
