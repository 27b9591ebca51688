"""`make check`: everything that can be said without running the project's own tests. Runs inside .venv.

All checks run, whatever the first ones say; the output of those that fail is shown.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ops import bootstrap

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


def checks() -> Iterator[tuple[str, list[str]]]:
    """Name and command of each, the quick ones first."""
    yield "house rules", [PYTHON, "-m", "ops.house"]
    yield "ruff", [PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."]
    yield "format", [PYTHON, "-m", "ruff", "format", "--check", "."]
    yield "import layers", [PYTHON, "-c", "from importlinter.cli import lint_imports_command as go; go()", "--no-cache"]
    yield "templates", [PYTHON, "-m", "djlint", "frontend/templates", "--lint", "--quiet"]
    yield "missing migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]
    yield "system checks", [PYTHON, "manage.py", "check", "--fail-level", "WARNING"]
    yield "types (mypy)", [PYTHON, "-m", "mypy", "."]
    yield from front_end_checks()


def front_end_checks() -> Iterator[tuple[str, list[str]]]:
    """TypeScript's own look at the scripts, where there are some."""
    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    project = next(
        (path for path in (ROOT / "tsconfig.json", ROOT / "frontend" / "tsconfig.json") if path.exists()), None
    )
    if compiler.exists() and project:
        node, _npm = bootstrap.node_and_npm(install=False)
        yield "types (tsc)", [node, str(compiler), "--noEmit", "-p", str(project)]


def main() -> int:
    """Run them; 1 when one has found something."""
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "VAR_DIR": str(ROOT / "var" / "check")}
    (ROOT / "var" / "check").mkdir(parents=True, exist_ok=True)
    env = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    bad = []
    for name, command in checks():
        start = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        seconds = time.monotonic() - start
        print(f"  {name:<20} {'FAILED' if done.returncode else 'good':<7} {seconds:5.1f} s", flush=True)
        if done.returncode:
            bad.append(name)
            print("\n" + done.stdout.rstrip() + "\n", flush=True)
    print("Everything is in order." if not bad else f"Please mend: {', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
