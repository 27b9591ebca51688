"""Choosing, sealing and casting, on one's own phone or at the counter's screen; the receipt; a household's opinion."""
