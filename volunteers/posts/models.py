"""The life of a role held: proposing, vetting, notice, leave, ending, handing over."""
