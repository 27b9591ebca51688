"""`make lock`: resolve requirements/*.in anew and lock every file by its hash. Names no host.

What is served and what is tested are the same versions: dev is resolved with base as its constraint.
`make lock ARGS="--upgrade"` takes newer releases. uv from the path, else one installed into var/lock.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from ops import bootstrap

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-annotate"]


def find_uv() -> str:
    """A uv to resolve with."""
    found = shutil.which("uv")
    if found:
        return found
    home = ROOT / "var" / "lock"
    if not (home / "bin" / "uv").exists():
        with bootstrap.step("Fetching uv for this"):
            bootstrap.call([sys.executable, "-m", "venv", str(home)])
            bootstrap.call([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
    return str(home / "bin" / "uv")


def main(words: list[str]) -> int:
    """The command."""
    uv = find_uv()
    for name, more in (("base", []), ("dev", ["-c", "requirements/base.txt"]), ("node", [])):
        lock = f"requirements/{name}.txt"
        command = [uv, "pip", "compile", "--quiet", *OPTIONS, "--no-header", f"requirements/{name}.in", "-o", lock]
        with bootstrap.step(f"Resolving {lock}"):
            bootstrap.call([*command, *more, *words])
    subprocess.run(["git", "--no-pager", "diff", "--stat", "--", "requirements"], cwd=ROOT, check=False)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except bootstrap.Stopped as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        sys.exit(1)
