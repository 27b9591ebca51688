"""Who may vote and how many have, by unit."""
