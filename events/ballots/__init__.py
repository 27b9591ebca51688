"""The ballot box: who may vote, sealed envelopes, paper, suspicion, the opening. Knows campaigns, not results."""
