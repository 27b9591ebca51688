"""Who judges, to whom they are too near, and their marks."""
