"""The custodians' keys, and the box opened, mixed and emptied."""
