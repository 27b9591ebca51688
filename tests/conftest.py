"""What every test may use: the machine's services (tests/services.py) and the cast (tests/cast.py)."""

from pathlib import Path

pytest_plugins = ["tests.services"]
if (Path(__file__).parent / "cast.py").exists():
    pytest_plugins.append("tests.cast")
