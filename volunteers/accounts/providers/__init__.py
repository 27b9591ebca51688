"""What hands a code to a phone: a district's own gateway, a Chinese provider, the log, the demo."""
