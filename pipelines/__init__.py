"""Seismograph: what companies say and do about social responsibility, from raw bytes to a released index.

Here: where the checkout lies, and the tree of errors. Rooms raise the leaves; callers catch a branch, never a list:

    SeismographError
      UserMistake        somebody can mend it by editing a file or a command; exit code 2
        Misuse             a command's arguments
        SettingsError      a variable `SEISMOGRAPH_*` of the environment or of `.env`
        PanelError         a study: panel.toml and its CSV files
        PanelIdTaken       another study uses the panel's id in this home
        SourceError        a file, a list or an answer that cannot be what its source says it is
        BadCell            a cell that cannot be what its column says: a reject, never an end of the run
        Undecided          cells of a file that can be read in two ways: the file is refused
        Unclear            a time that can be read in two ways: a reject
        ListError          a list of `sql/seeds/`
        TopicError         the lists of topics and of their terms, where they can be read
        ModelError         a statement or a header in `sql/`
        MethodError        the method's parameters, or tables that the index cannot be made from
          TreeError          the structure of a composite indicator
          GapError           the inputs of the say-do gap
          ReplicationError   choices of method that leave a company without an index
        ReleaseError       a release that cannot be found or read
          NoRelease          there is none yet
          WhichPanel         several panels have one, and nobody said which
          UnknownCompany     the release has no such company
        EvidenceError      a response that cannot be shown
      Failure            no mistake of the user's: wait, or look at what happened, and run again; exit code 1
        Locked             another process holds a lock, and did not let go in time
        Unreadable         the working database is damaged, or its disk is full
        ArchiveError       a file of the archive that cannot be read or written
        NoAnswer           a server gives no answer to go on from; the pass stops there
        WarcError          a record that is not what WARC says it must be
        ReleaseWithheld    a contract check failed, or data were lost; the release before stays current
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout, or where the wheel is installed: `dashboard/` is found here."""

_SQL_OF_WHEEL = Path(__file__).resolve().with_name("_sql")
SQL = _SQL_OF_WHEEL if _SQL_OF_WHEEL.is_dir() else ROOT / "sql"
"""The folder of statements and lists: a wheel holds it inside this package."""


class SeismographError(Exception):
    """What can go wrong in a way that is foreseen; the message is for the reader and needs no traceback."""


class UserMistake(SeismographError):
    """Somebody can mend it by editing a file or a command: the message says which and how. Exit code 2."""


class Failure(SeismographError):
    """No mistake of the user's: wait, or look at what happened, and run again. Exit code 1."""
