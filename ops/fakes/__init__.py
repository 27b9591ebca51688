"""Stand-ins for what a district rents: real HTTP servers on loopback that can be told to fail. `make run` needs none."""
