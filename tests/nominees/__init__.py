"""Who is put forward in a campaign."""
