"""Ballots on paper, and the counter where staff help without seeing."""
