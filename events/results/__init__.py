"""What a campaign comes to: scores from their parts, winners, the publication that anybody may recount."""
