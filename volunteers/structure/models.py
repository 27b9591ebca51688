"""Dated changes of the tree of units, and where a unit lay on a day."""
