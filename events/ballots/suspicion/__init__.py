"""What makes a ballot suspicious, who decides about it, disputes, and the auditor's sample."""
