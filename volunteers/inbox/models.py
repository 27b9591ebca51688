"""What a person has read."""
