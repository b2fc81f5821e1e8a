"""A panel id has one owner in a home: a renamed or copied study goes on, another study is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.observatory import PanelIdTaken, Settings, SettingsError, panel_folder
from pipelines.observatory.ownership import check_owner, remember_owner
from pipelines.panel import Panel, PanelError, load_panel
from pipelines.records import find_sources
from tests.unit.panel.panels import write_real_panel

FOUR = ("acme", "birch", "cobnut", "dapple")


def study(folder: Path, companies: tuple[str, ...] = FOUR, *, panel_id: str | None = None) -> Panel:
    return load_panel(write_real_panel(folder, panel_id=panel_id, companies=companies), find_sources())


def test_39_the_id_of_a_panel_is_given_or_is_its_folders_name(tmp_path: Path) -> None:
    assert study(tmp_path / "My Banks").panel_id == "my-banks"
    assert study(tmp_path / "My Banks", panel_id="banks").panel_id == "banks"
    for wrong in ("../x", "Banks", "a b", "-a"):
        with pytest.raises(PanelError, match=r"panel\.toml:1:1: id .*; allowed: a-z, 0-9 and -"):
            study(tmp_path / "My Banks", panel_id=wrong)


def test_39_a_renamed_folder_keeps_the_id_that_it_states(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    remember_owner(home, study(tmp_path / "banks", panel_id="banks"))
    (tmp_path / "banks").rename(tmp_path / "banks-2021")
    moved = load_panel(tmp_path / "banks-2021", find_sources())
    assert moved.panel_id == "banks" and check_owner(home, moved) is None
    remember_owner(home, moved)
    named = Settings(home=home.path, panel=Path("banks"))
    assert panel_folder(named).resolve() == tmp_path / "banks-2021"
    assert named.panel_id == "banks"


def test_39_another_study_of_the_same_name_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    remember_owner(home, study(tmp_path / "a" / "banks"))
    with pytest.raises(PanelIdTaken, match=rf"'banks' is used by the study in {tmp_path}/a/banks, .* id = \"banks-2\""):
        check_owner(home, study(tmp_path / "b" / "banks", ("acme", "elm", "fern")))
    warning = check_owner(home, study(tmp_path / "b" / "banks", ("acme", "birch", "elm")))
    assert warning and "both share archive and releases" in warning
    assert check_owner(home, study(tmp_path / "b" / "banks", ("elm",), panel_id="other")) is None


def test_39_companies_that_change_wholesale_are_warned_of(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    remember_owner(home, study(tmp_path / "banks"))
    assert check_owner(home, study(tmp_path / "banks", ("acme", "birch", "elm", "fern"))) is None, "half stay"
    warning = check_owner(home, study(tmp_path / "banks", ("acme", "elm")))
    assert warning and warning.startswith("only 1 of the 4 companies that panel 'banks' had stay")


def test_39_a_home_that_is_copied_takes_its_worlds_along(tmp_path: Path) -> None:
    remember_owner(Home(tmp_path / "one"), study(tmp_path / "one" / "worlds" / "fictional"))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    there = load_panel(tmp_path / "two" / "worlds" / "fictional", find_sources())
    assert check_owner(Home(tmp_path / "two"), there) is None


def test_39_a_panel_that_is_nowhere_is_a_mistake_with_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no panel: give --panel DIR"):
        panel_folder(Settings(home=tmp_path))
    with pytest.raises(SettingsError, match="no folder nowhere: a panel is a folder"):
        panel_folder(Settings(home=tmp_path, panel=Path("nowhere")))
