"""`make run`: the whole project in one process on this machine, with the sample district."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ops import bootstrap
from ops.services_local import port_is_taken

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
MARK = VAR / "run.pid"


def wanted_port(span: int = 1) -> int:
    """PORT, 8000 when it is not given; it and the ones after it must be free. Raises `bootstrap.Stopped`."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) <= 65536 - span:
        raise bootstrap.Stopped(f"PORT is {text!r}; it should be a number such as 8000.")
    for port in range(int(text), int(text) + span):
        if port_is_taken(port):
            raise bootstrap.Stopped(
                f"Port {port} is taken by another program (or by a `make run` in another window).\n"
                f"Stop that one, or choose another port:  make run PORT={port + 100}"
            )
    return int(text)


def running() -> int:
    """The process of a `make run` or `make serve` on this folder, 0 where there is none."""
    try:
        process = int(MARK.read_text())
        os.kill(process, 0)
        # A number may have been given to another program since.
        command = subprocess.run(["ps", "-o", "args=", "-p", str(process)], capture_output=True, text=True, check=False)
        return process if "uvicorn" in command.stdout or "ops.serve" in command.stdout else 0
    except (OSError, ValueError):
        return 0


def prepare(environment: dict[str, str]) -> None:
    """Migrate and load the demo. Raises `bootstrap.Stopped` after the program has said why."""
    done = subprocess.run([str(bootstrap.PYTHON), "-m", "ops.prepare"], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise bootstrap.Stopped("The database could not be prepared; see above. `make reset` starts over.")


def banner(port: int, *more: str) -> str:
    """Where to look."""
    lines = [
        "",
        f"  Open         http://127.0.0.1:{port}/",
        f"  Be somebody  http://127.0.0.1:{port}/demo/   (one click: leader, worker, clerk, resident, merchant …)",
        f"  Console      http://127.0.0.1:{port}/console/",
        f"  API          http://127.0.0.1:{port}/api/openapi.json",
        *more,
        "",
        "  Ctrl-C stops it. The data stays in var/; `make reset` starts over.",
        "",
    ]
    return "\n".join(lines)


def start() -> None:
    """All of it; becomes the server at the end. Raises `bootstrap.Stopped`."""
    port = wanted_port()
    other = running()
    if other:
        raise bootstrap.Stopped(f"It is running already (process {other}). Stop it with Ctrl-C in its window.")
    bootstrap.bootstrap("run")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev"),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{port}"),
        "PYTHONUNBUFFERED": "1",
    }
    prepare(environment)
    print(banner(port), flush=True)
    VAR.mkdir(parents=True, exist_ok=True)
    MARK.write_text(str(os.getpid()))
    server = [str(bootstrap.PYTHON), "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"]
    server += ["--port", str(port), "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    # As `ops.serve` has it: sockets with tiny frames, not compressed.
    server += ["--ws", "websockets-sansio", "--ws-max-size", "16384", "--ws-per-message-deflate", "false"]
    os.chdir(ROOT)
    os.execve(server[0], server, environment)


def main() -> int:
    """The command."""
    try:
        bootstrap.go_on_with_a_fitting_python(["-m", "ops.run"])
        start()
    except bootstrap.Stopped as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; `make run` goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
