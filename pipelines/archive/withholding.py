"""The one rule for words in archived responses: which may be shown, and how the others are masked.

A run writes beside the index of responses where posts stand and why their words may not be shown (`core.text_places`).
In a response of posts nothing is shown but what stands there as a post that may be shown; ids, dates and counts always.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines import UserMistake
from pipelines.home import PanelFolder, replacing
from pipelines.records import unpacked

OTHERS = "other people's words"

_WORDS = {"text", "fulltext", "caption", "message", "content", "body", "description", "title", "alt", "name", "tweet"}
_IDS = {"uri", "cid", "did", "handle", "username", "screenname", "shortcode", "type", "createdat", "indexedat", "date"}
_IDS |= {"dateutc", "created", "lang", "langs", "language", "platform", "kind", "isvideo"}
_OF_ANOTHER = {"author", "user", "author_id"}
_FACT = re.compile(
    r"[\d\s.,:;/+\-TZ]*|(?:at://|did:|app\.bsky\.|baf[yk])\S*|[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d [\d:]{8} \+\d{4} \d{4}"
)
_LONGEST_ID = 200


class EvidenceError(UserMistake):
    """A response, or a place in it, does not exist or may not be shown; the message is for the reader."""


class Texts(msgspec.Struct, frozen=True):
    """Where one response holds posts: the place of each, and why its words may not be shown; None where they may.

    `elsewhere` is why no words at other places may be shown; None where the response holds no posts at all.
    """

    places: Mapping[str, str | None]
    elsewhere: str | None

    def reason_at(self, place: str) -> str | None:
        """Returns why the words of the record in a row or line may not be shown; None where they may.

        Raises:
            LookupError: no post begins there, so that its cells may be the middle of a text.
        """
        return None if self.elsewhere is None else self.places[place]

    def first_line(self) -> int | None:
        """Returns the first line that holds a post (a header stands above it); None without posts by line."""
        lines = [int(place[5:]) for place in self.places if place.startswith("line:") and place[5:].isdecimal()]
        return min(lines, default=None)

    def masked(self, value: object, place: str) -> object:
        """Returns a JSON value with all words masked that may not be shown; `place` is where the value stands."""
        return self._masked(value, place, "", self.elsewhere, is_nested=False)

    def _masked(self, value: object, place: str, key: str, reason: str | None, *, is_nested: bool) -> object:
        is_post = place in self.places
        if is_post:
            reason = self.places[place]
        elif reason is None and is_nested and isinstance(value, dict) and not _OF_ANOTHER.isdisjoint(value):
            reason = OTHERS
        is_nested = self.elsewhere is not None and (is_post or is_nested)
        if isinstance(value, dict):
            return {
                name: self._masked(child, f"{place}/{_step(name)}", name, reason, is_nested=is_nested)
                for name, child in value.items()
            }
        if isinstance(value, list):
            return [
                self._masked(child, f"{place}/{number}", key, reason, is_nested=is_nested)
                for number, child in enumerate(value)
            ]
        return mask(key, value, reason)

    def withheld(self, body: bytes) -> str | None:
        """Returns why a response may not be given whole; None where it may."""
        if self.elsewhere is None:
            return None
        if reasons := sorted({reason for reason in self.places.values() if reason}):
            return "; ".join(reasons)
        body = unpacked(body)
        for place, part in [("", body), *((f"line:{n}#", it) for n, it in enumerate(body.split(b"\n"), 1))]:
            try:
                value = msgspec.json.decode(part)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            if self.masked(value, place) != value:
                return self.elsewhere
            if not place:
                break
        return None


def mask(key: str, value: object, reason: str | None) -> object:
    """Returns a value, or a note in its place where it may be words and a reason forbids showing them."""
    if reason is None or value is None or isinstance(value, bool | int | float):
        return value
    name, text = re.sub(r"[\W_]", "", key).casefold(), str(value)
    if not text or (name not in _WORDS and (_FACT.fullmatch(text) or _is_id(name, text))):
        return value
    return f"[text withheld: {reason}]"


def _is_id(name: str, text: str) -> bool:
    is_id = name in _IDS or name.endswith(("id", "idstr"))
    return is_id and len(text) <= _LONGEST_ID and not re.search(r"\s", text)


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def keep_text_places(places: pa.Table, panel: PanelFolder) -> None:
    """Writes where posts stand in responses, and why their words may not be shown, beside the archive."""
    if panel.text_places.exists():
        earlier = pq.read_table(panel.text_places)
        is_gone = pc.invert(pc.is_in(earlier["response_id"], places["response_id"]))
        # What the panel has let go of is not known to be shown still.
        gone = earlier.filter(is_gone).cast(places.schema)
        reason = pa.array([_LET_GO] * gone.num_rows, places.schema.field("reason").type)
        gone = gone.set_column(gone.schema.get_field_index("reason"), "reason", reason)
        places = pa.concat_tables([places, gone]).sort_by("response_id")
    with replacing(panel.text_places) as file:
        pq.write_table(places, file)


_LET_GO = "no longer in the panel, so that nothing is known of its deletion"


def texts_of(panel: PanelFolder, response_id: str) -> Texts:
    """Reads where a response holds posts, and which of their words may be shown.

    Raises:
        EvidenceError: no run of this version has written it yet.
    """
    path = panel.text_places
    if not path.exists():
        raise EvidenceError(
            f"{path} is missing, which says what texts may be shown: `seismograph run --panel DIR --offline` writes it"
        )
    places: dict[str, str | None] = {}
    for row in pq.read_table(path, filters=[("response_id", "=", response_id)]).to_pylist():
        reason = row["reason"]
        if row["deleted_at"] is not None and reason == "deleted":
            reason = f"deleted on {row['deleted_at']:%Y-%m-%d} at the latest"
        place = row["locator"].partition(";column:")[0]
        place = place.removesuffix("/") if place.endswith("#/") or place == "/" else place
        # Of two posts at one place the stricter rule holds.
        places[place] = reason or places.get(place)
    elsewhere = places.pop("", None)
    return Texts(places, elsewhere or (OTHERS if places else None))
