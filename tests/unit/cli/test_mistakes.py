"""A user's mistake is one line on stderr and exit 2; what failed without one is exit 1."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from pipelines.cli.app import COMMANDS, main
from pipelines.observatory import DEMO_COMPANIES
from tests.unit.panel.panels import ACCOUNTS, write_panel
from tests.unit.release.releases import make_release

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEISMOGRAPH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEISMOGRAPH_PANEL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["dmo"], 'Unknown command "dmo". Did you mean "demo"?'),
        (["demo", "--companie", "3"], "Unknown option: --companie."),
        (["demo", "--companies", "many"], 'Invalid value for --companies: unable to convert "many" into int.'),
        (["demo", "--companies", "0"], "--companies must be 1 or more"),
        (["sql"], "requires an argument"),
        (["sql", "select 1", "--format", "xml"], 'Invalid value "xml" for --format.'),
        (["sql", "select 1"], "no release under"),
        (["releases", "use", "../../etc"], "no release '../../etc' under"),
        (["evidence", "nothing"], "no response 'nothing'"),
        (["run"], "no panel: give --panel DIR or set SEISMOGRAPH_PANEL"),
        (["run", "--panel", "nowhere"], "no folder nowhere: a panel is a folder with panel.toml and its CSV files"),
        (["dev", "--panel", "nowhere", "--port", "3991"], "no folder nowhere"),
        (["dashboard", "--port", "70000"], "--port 70000: a port is a number from 1 to 65535"),
        (["run", "--panel", ".", "--as-of", "soon"], "Invalid value for --as-of"),
        (["run", "--panel", ".", "--as-of", "2999-01-01"], "--as-of 2999-01-01 is in the future"),
    ],
)
def test_misuse_is_one_line_and_exit_2(home: Path, capsys: Capture, arguments: list[str], expected: str) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert line.startswith("seismograph: ") and expected in line
    assert shown.out == ""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["sql", "select nothing from companies"], "nothing"),
        (["sql", "select 1; select 2"], "give one SELECT"),
        (["sql", "drop table companies"], "give one SELECT"),
        (["scorecard", "acne"], "unknown company 'acne'; allowed: acme, zenith"),
        (["scorecard"], "name companies, or give --all"),
        (["scorecard", "acme", "--all"], "name companies, or give --all"),
        (["scorecard", "--all", "-o", "one.pdf"], "-o one.pdf is one file for 2 companies; name a folder"),
    ],
)
def test_misuse_of_a_release(home: Path, capsys: Capture, arguments: list[str], expected: str) -> None:
    make_release(home)
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line


def test_a_port_that_is_taken_is_said_before_any_work(home: Path, capsys: Capture) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        for command in ("demo", "dashboard", "dev"):
            assert main([command, "--port", port]) == 2
            (line,) = capsys.readouterr().err.splitlines()
            assert f"port {port} cannot be used (Address already in use); give another with --port" in line
    assert not home.exists()


def test_every_mistake_of_a_panel_is_a_line(home: Path, capsys: Capture, tmp_path: Path) -> None:
    folder = write_panel(tmp_path, toml="", accounts=ACCOUNTS + "nobody,bluesky,x\n")
    assert main(["run", "--panel", str(folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any(f"{folder}/panel.toml:1:1: the file is empty" in line for line in lines)
    assert any(f"{folder}/accounts.csv:4:1: unknown company 'nobody'" in line for line in lines)
    assert all(line.startswith("seismograph: ") for line in lines)


def test_a_setting_that_cannot_be_is_named(home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEISMOGRAPH_RESTRICTED_DAYS", "-1")
    assert main(["releases"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "SEISMOGRAPH_RESTRICTED_DAYS: Input should be greater than or equal to 0" in line


def test_home_stands_before_or_after_the_command(tmp_path: Path, capsys: Capture, home: Path) -> None:
    release = make_release(tmp_path / "elsewhere")
    for arguments in (["--home", "elsewhere", "releases"], ["releases", "--home=elsewhere"]):
        assert main(arguments) == 0
        assert release.release_id in capsys.readouterr().out


def test_a_second_run_waits_and_then_says_so(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    toml = 'title = "Bare"\n[window]\nstart = 2020-01-01\nend = 2020-01-31\n'
    empty = {
        name: f"company_id,{rest}\n"
        for name, rest in (("accounts", "platform,handle"), ("identifiers", "scheme,value"))
    }
    folder = write_panel(tmp_path, toml=toml, **empty)
    warehouse = home / "panels" / "two-companies" / "warehouse.duckdb"
    warehouse.parent.mkdir(parents=True)
    monkeypatch.setenv("SEISMOGRAPH_LOCK_SECONDS", "0.2")
    with FileLock(f"{warehouse}.lock"):
        assert main(["run", "--panel", str(folder)]) == 1
    assert "another process is writing warehouse.duckdb (waited 0.2 s)" in capsys.readouterr().err


def test_the_overview_of_all_commands_waits_for_no_library() -> None:
    code = (
        "import sys; from pipelines.cli import main; main(['--help']); "
        "print([name for name in sys.modules if name.split('.')[0] in ('cyclopts', 'rich', 'numpy', 'duckdb')])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *lines, imported = shown.stdout.splitlines()
    assert imported == "[]"
    for command in ("demo", "run", "dashboard", "dev", "sql", "scorecard", "releases", "evidence", "doctor"):
        assert any(line.startswith(f"  {command} ") for line in lines)
    assert max(map(len, lines)) < 100


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_no_command_and_help_show_the_overview(capsys: Capture, arguments: list[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: seismograph COMMAND [OPTIONS]\n")


@pytest.mark.parametrize("command", list(COMMANDS))
def test_a_command_explains_itself_as_the_overview_does(capsys: Capture, command: str) -> None:
    assert main([command, "--help"]) == 0
    usage, _, purpose, *_ = capsys.readouterr().out.splitlines()
    assert usage.startswith(f"Usage: seismograph {command} ")
    assert purpose == COMMANDS[command][1]


def test_the_help_of_commands_imports_no_library_of_the_pipeline() -> None:
    heavy = ("dagster", "streamlit", "duckdb", "httpx", "pyarrow", "sqlglot", "numpy", "pydantic", "typst", "warcio")
    code = (
        "import sys; from pipelines.cli import app; [app.main([name, '--help']) for name in app.COMMANDS]; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


def test_the_demo_says_how_many_companies_it_has(capsys: Capture) -> None:
    assert main(["demo", "--help"]) == 0
    assert f"How many companies the world has (default: {DEMO_COMPANIES})." in capsys.readouterr().out


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    make_release(tmp_path)
    program = f"{sys.executable} -c 'import sys; from pipelines.cli import main; sys.exit(main())'"
    command = f"{program} --home {tmp_path} sql 'select range from range(99999)' --format csv"  # noqa: S608
    shown = subprocess.run(f"{command} | head -1", shell=True, capture_output=True, text=True, check=True)  # noqa: S602
    assert (shown.stdout, shown.stderr) == ("range\n", "")
