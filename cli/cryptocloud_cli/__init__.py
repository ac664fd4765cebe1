"""The command `cryptocloud`."""
