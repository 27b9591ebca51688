"""`make reset`: forget everything stored, keep everything installed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from ops.run import VAR, running


def main() -> int:
    """Empty var/. Refuses while the project runs on it."""
    process = running()
    if process:
        print(f"The project is running (process {process}). Stop it with Ctrl-C first.", file=sys.stderr)
        return 1
    for path in sorted(VAR.glob("*")) if VAR.is_dir() else []:
        remove(path)
    print("Everything stored is gone. `make run` begins with a fresh sample district.")
    return 0


def remove(path: Path) -> None:
    """One file or folder below var/, never what a link points to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
