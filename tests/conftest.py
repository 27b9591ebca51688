"""What every test may use: the machine's services (tests/services.py) and the cast (tests/cast.py)."""

pytest_plugins = ["tests.services", "tests.cast"]
