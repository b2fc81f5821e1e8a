"""Records as bytes: what goes in comes out, other tools read it, tears and damage are told apart."""

from __future__ import annotations

import datetime as dt
import gzip
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.archive import Archive, ArchiveError, warc
from pipelines.archive.passes import begin_pass
from pipelines.archive.writing import open_run
from pipelines.records import Request
from tests.unit.archive.tools import ACME, NOW, entries_of, known_at, warcio_check

BODIES = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\r\n", b"\r\n\r\n", b"WARC/1.1\r\n\r\n", b"\x1f\x8b\x08", b"\n" * 9, bytes(range(256))]),
)
URL = "https://api.example/a?b=1"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, status=st.sampled_from([200, 404, 599]), restricted=st.booleans())
def test_every_body_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, status: int, restricted: bool
) -> None:
    root = tmp_path_factory.mktemp("archive")
    request = Request("a", (("b", "1"), ("q", "ü\r\nWARC-Type: x")), is_restricted=restricted)
    with open_run(Archive(root), "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        given_back = current.write(request, URL, status, [("Content-Type", "text/x; charset=utf-8")], body, NOW)
        file = run.file_response("path", "data/ä b.csv", body, dt.date(2020, 12, 10), {"text": "Caption"})
        run.write_file(file)
    read = {e.response.response_id: e.response for e in entries_of(root) if e.response}
    assert read == {given_back.response_id: given_back, file.response_id: file}
    assert given_back.body == file.body == body
    assert (given_back.status, given_back.media_type, given_back.fetched_at) == (status, "text/x", NOW)
    assert file.fetched_at == dt.datetime(2020, 12, 10, 23, 59, 59, tzinfo=dt.UTC)
    assert file.url == "file:data/%C3%A4%20b.csv"
    assert file.options == {"text": "Caption"}


def test_other_tools_find_every_digest_right(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with open_run(archive, "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        for number, body in enumerate([b"", b"{}", b"\r\n" * 5, b"x" * 100_000, b"{}"]):
            current.write(Request("a"), f"{URL}{number // 4}", 200, [("ETag", '"é"')], body, NOW)
        run.write_file(run.file_response("path", "a.csv", b"a,b\r\n1,2\r\n", dt.date(2020, 12, 10)))
        current.finish("r9")
    said = warcio_check(tmp_path / "bluesky/r1.warc.gz")
    assert (said.returncode, said.stderr) == (0, "")
    # warcinfo, pass opened, five answers, a file, pass closed.
    assert said.stdout.count("digest pass") == 9
    raw = gzip.decompress((tmp_path / "bluesky/r1.warc.gz").read_bytes())
    assert raw.startswith(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n")
    assert f"WARC-Payload-Digest: sha256:{sha256(b'{}').hexdigest()}".encode() in raw
    assert b"sha1" not in raw


def test_an_exported_record_is_a_warc_file_of_its_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    with open_run(archive, "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        for _ in range(2):
            current.write(Request("a"), URL, 200, [], b"same body", NOW)
    response, revisit = (e for e in entries_of(tmp_path / "archive") if e.response)
    assert (response.kind, revisit.kind) == ("response", "revisit")
    for entry, records in ((response, 1), (revisit, 2)):
        exported = tmp_path / "exported.warc.gz"
        exported.write_bytes(archive.raw(entry.place.file, entry.place.offset, entry.place.length))
        assert warcio_check(exported).returncode == 0
        assert len(list(warc.scan(exported, "exported"))) == records
    with pytest.raises(ArchiveError, match=r"bluesky/r1\.warc\.gz: no record at offset 3"):
        archive.read("bluesky/r1.warc.gz", 3)
    with pytest.raises(ArchiveError, match=r"bluesky/gone\.warc\.gz: no record at offset 0 \(No such file"):
        archive.read("bluesky/gone.warc.gz", 0)


def two_answers(root: Path) -> tuple[Path, list[warc.WarcRecord]]:
    with open_run(Archive(root), "bluesky", "r1") as run:
        current = begin_pass(run, ACME, known_at(0))
        current.write(Request("a"), URL, 200, [], b"first", NOW)
        current.write(Request("b"), URL + "2", 200, [], b"second", NOW)
    path = root / "bluesky/r1.warc.gz"
    return path, [item for item in warc.scan(path, "f") if isinstance(item, warc.WarcRecord)]


def test_a_tail_torn_at_any_byte_is_cut_and_writing_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, records = two_answers(tmp_path)
    whole, last = path.read_bytes(), records[-1].place
    for cut in range(last.offset + 1, last.offset + last.length, 7):
        path.write_bytes(whole[:cut])
        caplog.clear()
        bodies = [e.response.body for e in entries_of(tmp_path) if e.response]
        assert bodies == [b"first"]
        assert path.read_bytes() == whole[: last.offset]
        assert caplog.messages == [f"bluesky/r1.warc.gz: cut {cut - last.offset} torn bytes at offset {last.offset}"]
    path.write_bytes(whole[:-5])
    with open_run(Archive(tmp_path), "bluesky", "r1") as run:
        again = begin_pass(run, ACME, known_at(1))
        assert again.replay(Request("b")) is None
        again.write(Request("b"), URL + "2", 200, [], b"third", NOW)
    assert [e.response.body for e in entries_of(tmp_path) if e.response] == [b"first", b"third"]
    assert warcio_check(path).returncode == 0


def test_a_file_torn_in_its_first_record_starts_anew(tmp_path: Path) -> None:
    path, _ = two_answers(tmp_path)
    path.write_bytes(path.read_bytes()[:20])
    with open_run(Archive(tmp_path), "bluesky", "r1") as run:
        begin_pass(run, ACME, known_at(0))
    assert [e.kind for e in entries_of(tmp_path)] == ["pass_begin"]
    assert b"warcinfo" in gzip.decompress(path.read_bytes())[:300]


def test_damage_in_the_middle_is_skipped_and_never_cut(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, records = two_answers(tmp_path)
    data, first = bytearray(path.read_bytes()), records[-2].place
    data[first.offset + first.length // 2] ^= 0xFF
    path.write_bytes(data)
    assert [e.response.body for e in entries_of(tmp_path) if e.response] == [b"second"]
    assert path.read_bytes() == data
    assert caplog.messages == [f"bluesky/r1.warc.gz: skipped {first.length} damaged bytes at offset {first.offset}"]


def test_a_digest_that_does_not_fit_is_damage(tmp_path: Path) -> None:
    path, records = two_answers(tmp_path)
    data, last = path.read_bytes(), records[-1].place
    changed = gzip.decompress(data[last.offset :]).replace(b"second", b"sec0nd")
    path.write_bytes(data[: last.offset] + gzip.compress(changed))
    with pytest.raises(ArchiveError, match="digest is wrong"):
        Archive(tmp_path).read("bluesky/r1.warc.gz", last.offset)
