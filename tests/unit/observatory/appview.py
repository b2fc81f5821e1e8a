"""A small AppView and a study of one company for it: what runs meet that ask it again and again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from pipelines.observatory import Observatory, Settings
from pipelines.panel import load_panel
from pipelines.records import find_sources

DID, HANDLE = "did:plc:own", "quill.example"
START = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
PANEL = """\
title = "One company that does not exist"
sources = ["bluesky"]

[window]
start = {start}
end = 2026-06-30
"""


def uri_of(key: str, did: str = DID) -> str:
    return f"at://{did}/app.bsky.feed.post/{key}"


class AppView:
    """Posts of one account by key, each there from its `indexed` time until it is taken away; feeds in pages of two."""

    def __init__(self) -> None:
        self.did = DID
        self.posts: dict[str, tuple[dt.datetime, dt.datetime]] = {}
        self.is_forgetful = False
        self.profile: dict[str, Any] = {}
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []

    def post(self, key: str, days: float, indexed: float | None = None) -> None:
        """A post so many days after START; `indexed` where the server learned of it later."""
        made = START + dt.timedelta(days=days)
        self.posts[key] = (made, made if indexed is None else START + dt.timedelta(days=indexed))

    def __call__(self, url: str, now: dt.datetime) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        method, query = parts.path.rpartition(".")[2], parse_qsl(parts.query)
        self.asked.append((method, query))
        there = {key: times for key, times in self.posts.items() if times[1] <= now}
        # As the live one does: a post dated back stands where its date says.
        feed = [self._view(key, *there[key]) for key in sorted(there, key=lambda it: min(there[it]), reverse=True)]
        if method == "getProfiles":
            counted = {"followersCount": 100, "postsCount": len(there)} | self.profile
            body: dict[str, Any] = {"profiles": [{"did": self.did, "handle": HANDLE} | counted]}
        elif method == "getAuthorFeed":
            first = int(dict(query).get("cursor", "0"))
            body = {"feed": [{"post": view} for view in feed[first : first + 2]]}
            body |= {"cursor": str(first + 2)} if first + 2 < len(feed) else {}
        elif method == "getPosts":
            wanted = [value for _, value in query]
            body = {"posts": [] if self.is_forgetful else [view for view in feed if view["uri"] in wanted]}
        else:
            return 400, {}, b'{"error": "NotFound", "message": "no thread"}'
        return 200, {"content-type": "application/json"}, msgspec.json.encode(body)

    def _view(self, key: str, made: dt.datetime, indexed: dt.datetime) -> dict[str, Any]:
        return {
            "uri": uri_of(key, self.did),
            "cid": key,
            "author": {"did": self.did, "handle": HANDLE},
            "record": {"text": f"Clean water for all, {key}", "createdAt": made.isoformat()},
            "indexedAt": indexed.isoformat(),
            "likeCount": 5,
            "replyCount": 0,
        }

    def again(self) -> set[str]:
        """The keys of the posts asked for one by one since the last call."""
        asked = {value.rpartition("/")[2] for method, query in self.asked if method == "getPosts" for _, value in query}
        self.asked.clear()
        return asked


class Study:
    """Runs of the study at moments of one's choosing, in one home."""

    def __init__(self, root: Path, appview: AppView) -> None:
        self.root, self.appview = root, appview
        self._made: Observatory | None = None
        self._now = START
        (root / "study").mkdir()
        (root / "study" / "companies.csv").write_text("company_id,name,sector,country\nquill,Quill,Tea,GB\n")
        (root / "study" / "identifiers.csv").write_text("company_id,scheme,value\n")
        self.write()

    def write(self, start: str = "2026-01-05", accounts: str = HANDLE, files: str = "") -> None:
        """The panel's window, accounts and files."""
        self._made = None
        (self.root / "study" / "panel.toml").write_text(PANEL.format(start=start) + files)
        rows = "".join(f"quill,bluesky,{account}\n" for account in accounts.split())
        (self.root / "study" / "accounts.csv").write_text("company_id,platform,handle\n" + rows)

    def observatory(self, days: float, as_of: dt.datetime | None = None) -> Observatory:
        """The observatory, so many days after START; one for all days, as long as the study stays as it is."""
        self._now = START + dt.timedelta(days=days)
        if as_of or self._made is None:
            sources = find_sources()
            made = Observatory(
                Settings(home=self.root / "home"),
                load_panel(self.root / "study", sources),
                clock=lambda: self._now,
                as_of=as_of,
                sources=sources,
                answer=self.appview,
            )
            if as_of:
                return made
            self._made = made
        return self._made

    def run(self, days: float, refetch: dt.date | bool = False) -> tuple[str | None, set[str]]:
        """Fetch and load; why the pass is not complete, and which posts were asked for one by one."""
        observatory = self.observatory(days)
        self.appview.again()
        results = observatory.fetch(refetch=refetch)
        observatory.load()
        return "; ".join(result.reason or "" for result in results) or None, self.appview.again()

    def rows(self, days: float, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of a core table, as it is made so many days after START."""
        observatory = self.observatory(days)
        core = [name for name in observatory.models if name.startswith("core.")]
        wanted, missing = {table}, [table]
        while missing:
            upstream = observatory.models[missing.pop()].upstream
            missing += [name for name in upstream if name in core and name not in wanted]
            wanted |= set(missing)
        observatory.run_models(sorted(wanted))
        with observatory.warehouse.writer() as db:
            select = ", ".join(f"t.{column}" for column in columns)
            found = db.rows(f"select {select} from {table} as t order by all")  # noqa: S608 - our own names
            return [tuple(row.values()) for row in found]
