"""How one call is decided. No I/O."""
