"""The map of the district: outlines, layers, coordinates."""
