"""The home's paths, its lock and its durable write."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from pipelines import Failure
from pipelines.home import Home, Locked, lock, replacing


def test_panels_are_the_folders_under_panels(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.panels() == []
    for name in ("zinc", "acme"):
        home.panel(name).path.mkdir(parents=True)
    (tmp_path / "panels" / "notes.txt").write_text("")
    assert [panel.path.name for panel in home.panels()] == ["acme", "zinc"]


def test_a_lock_that_another_holds_is_a_failure_that_says_what_it_does(tmp_path: Path) -> None:
    with lock(tmp_path / "deep" / "a.lock", "writing a"):
        with (
            pytest.raises(Locked, match=r"another process is writing a \(waited 0\.05 s\); let it finish") as caught,
            lock(tmp_path / "deep" / "a.lock", "writing a", seconds=0.05),
        ):
            pass
        assert isinstance(caught.value, Failure)
    with lock(tmp_path / "deep" / "a.lock", "writing a", seconds=0):
        pass
    assert (tmp_path / "deep" / "a.lock").exists()


def test_a_lock_that_is_not_kept_leaves_no_file(tmp_path: Path) -> None:
    with lock(tmp_path / "a.lock", "writing a", is_kept=False):
        assert (tmp_path / "a.lock").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    with replacing(path) as file:
        file.write(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write(b"new, but")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old", "readers see the old bytes until all new ones are there"
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    home, keys = Home(tmp_path / "home"), list[bytes]()
    threads = [threading.Thread(target=lambda: keys.append(home.pseudonym_key())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8 and len(set(keys)) == 1 and len(keys[0]) == 32
    (path,) = home.path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Home(tmp_path / "other").pseudonym_key() != keys[0]
