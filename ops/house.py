"""House rules that no linter knows. Standard library only; `make check` runs it, each finding is one line.

- a file of ours has at most 500 lines, a line of Python at most 120 signs
- a lock names no host, and every package in it carries hashes
- the versions in the locks are at or above those that mended a known hole
- templates have no inline script, style or handler: the content security policy forbids them
- views start from what a person may see, never from `objects.all()` or `objects.get()`
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 500
MOST_SIGNS = 120
OURS = {".py", ".html", ".css", ".ts", ".mjs", ".sh"}
EDGES = {"views.py", "api.py", "consumers.py"}

# Each of these mended something an outsider could have used; raise them when a new one is published.
FLOORS = {
    "django": "5.2.19",
    "wagtail": "8.0.1",
    "django-allauth": "65.21.1",
    "pillow": "12.3.0",
    "channels-redis": "4.3.0",
    "defusedxml": "0.7.1",
}
OPTIONAL = {"channels-redis"}

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)")
HOST = re.compile(r"[a-z]+://|--(?:index-url|extra-index-url|find-links)|^\s*registry\s*=", re.IGNORECASE)
INLINE = (
    (re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']?application/(?:ld\+)?json)[^>]*>", re.I), "inline script"),
    (re.compile(r"<style\b", re.I), "inline style sheet"),
    (re.compile(r"<[a-z][^>]*\sstyle\s*=\s*[\"']", re.I), "style attribute"),
    (re.compile(r"<[a-z][^>]*\son[a-z]+\s*=\s*[\"']", re.I), "inline handler"),
    (re.compile(r"javascript:", re.I), "script in an address"),
    (re.compile(r"<[a-z][^>]*\shx-on[:\-a-z]*\s*=", re.I), "inline handler of htmx"),
)
UNSCOPED = re.compile(r"\.objects\.(?:all|get)\(")
COMMENTS = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.S)


def tracked() -> list[Path]:
    """The files that git knows, or would know."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split("\0") if name]
    return sorted({ROOT / name for name in names if (ROOT / name).is_file()})


def name_of(path: Path) -> str:
    """The path as a person would write it."""
    return path.relative_to(ROOT).as_posix()


def long_files(files: list[Path]) -> Iterator[str]:
    """Files that should be split by noun, lines that should be broken."""
    for path in files:
        if path.suffix not in OURS or "migrations" in path.parts:
            continue
        lines = path.read_text(errors="replace").splitlines()
        if len(lines) > MOST_LINES:
            yield f"{name_of(path)}: {len(lines)} lines, {MOST_LINES} at most: split it by noun"
        for number, line in enumerate(lines, 1):
            if path.suffix == ".py" and len(line) > MOST_SIGNS:
                yield f"{name_of(path)}:{number}: {len(line)} signs, {MOST_SIGNS} at most"


def hosts_in_locks(files: list[Path]) -> Iterator[str]:
    """A lock works with whatever registry a machine is set up for."""
    for path in files:
        name = name_of(path)
        if name.startswith("requirements/") or path.name == ".npmrc":
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if HOST.search(line) and not line.lstrip().startswith("#"):
                    yield f"{name}:{number}: names a host"
        elif path.name == "package-lock.json":
            packages = json.loads(path.read_text()).get("packages", {})
            for package, entry in packages.items():
                if "://" in str(entry.get("resolved", "")):
                    yield f"{name}: {package} names a host (.npmrc: omit-lockfile-registry-resolved=true)"
                if package.startswith("node_modules/") and not entry.get("link") and "integrity" not in entry:
                    yield f"{name}: {package} has no integrity hash"


def pins(lock: Path) -> dict[str, str]:
    """Name and version of everything in one lock."""
    found = (PINNED.match(line) for line in lock.read_text().splitlines())
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def numbers(version: str) -> tuple[int, ...]:
    """Good enough to compare releases."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def versions(_files: list[Path]) -> Iterator[str]:
    """Floors, hashes, and that what is tested is what is served."""
    base, dev = (ROOT / "requirements" / name for name in ("base.txt", "dev.txt"))
    served, tested = pins(base), pins(dev)
    for name, floor in FLOORS.items():
        if name not in served:
            if name not in OPTIONAL:
                yield f"requirements/base.txt: {name} is missing"
        elif numbers(served[name]) < numbers(floor):
            yield f"requirements/base.txt: {name} {served[name]} is older than {floor}"
    for name, version in served.items():
        if tested.get(name) != version:
            yield f"requirements: {name} is {version} in base.txt, {tested.get(name)} in dev.txt (make lock)"
    for lock in (ROOT / "requirements").glob("*.txt"):
        for block in re.split(r"\n(?=[A-Za-z0-9])", lock.read_text()):
            if PINNED.match(block) and "--hash=sha256:" not in block:
                yield f"requirements/{lock.name}: {block.split()[0]} has no hash"


def inline_code(files: list[Path]) -> Iterator[str]:
    """What the policy of the pages would silently not run."""
    for path in files:
        if path.suffix != ".html" or "templates" not in path.parts:
            continue
        # Comments are blanked, lines kept, so that the numbers stay true.
        text = COMMENTS.sub(lambda found: "\n" * found[0].count("\n"), path.read_text())
        for pattern, what in INLINE:
            for found in pattern.finditer(text):
                yield f"{name_of(path)}:{text.count(chr(10), 0, found.start()) + 1}: {what}"


def unscoped_views(files: list[Path]) -> Iterator[str]:
    """Reads that forget to ask who is looking."""
    for path in files:
        if (path.name in EDGES or path.parent.name == "views") and path.suffix == ".py" and "tests" not in path.parts:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if UNSCOPED.search(line) and "# scope:" not in line:
                    yield f"{name_of(path)}:{number}: start from visible_to(user), or say why not with `# scope: …`"


RULES = (long_files, hosts_in_locks, versions, inline_code, unscoped_views)


def main() -> int:
    """Print every finding; 1 when there is one."""
    files = tracked()
    findings = [finding for rule in RULES for finding in rule(files)]
    for finding in findings:
        print(finding)
    print(f"{len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
