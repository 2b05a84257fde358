"""Telling the organisation's own systems of what happened, signed, again and again until they have it."""
