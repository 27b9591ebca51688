"""The best neighbour leaders (最美邻长评选): from approval over nomination, vetting and notice to the award."""
