"""What every test may use: the machine's services, a quickly made database, and the cast."""

pytest_plugins = ["tests.services", "tests.schema", "tests.restoring", "tests.cast"]
