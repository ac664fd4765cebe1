"""How bytes travel. It imports nothing else of the package."""
