"""What a district rents, played by real HTTP servers on loopback that can be told to fail. `make run` needs none."""
