"""How one call is decided, without I/O. Its doors: `calls` for resources, `engine` for sessions."""
