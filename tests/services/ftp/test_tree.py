"""What FTP does to the tree that everybody shares: homes, missing directories, limits, and a real directory."""

from __future__ import annotations

import ftplib
import io
from pathlib import Path, PurePosixPath

import pytest

from tests.conftest import Serve
from tests.services.ftp.client import RawClient, connected, exists, facts, ftp, put, stored


def test_everybody_has_a_home_and_sees_the_whole_tree(serve: Serve) -> None:
    sandbox = serve(ftp={})
    for user in ("ann", "Bob", "анна", "../../etc"):
        with connected(sandbox, ftplib.FTP) as client:
            client.login(user, "x")
            assert client.pwd() == f"/home/{user.lower().replace('/', '_')}"
            client.storbinary("STOR mine", io.BytesIO(user.encode()))
    with ftp(sandbox) as client:
        assert client.nlst("/home") == ["/home/.._.._etc", "/home/ann", "/home/bob", "/home/анна"]
        client.cwd("../bob")
        client.rename("mine", "/home/ann/of bob")
    assert stored(sandbox, "/home/ann/of bob") == b"Bob"


def test_a_tilde_leads_home(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        client.cwd("/pub")
        client.storbinary("STOR ~/mine", io.BytesIO(b"x"))
        client.cwd("~")
        assert (client.pwd(), client.nlst("~")) == ("/home/ann", ["~/mine"])
        client.rename("mine", "./~")
        assert client.nlst() == ["~"]


@pytest.mark.parametrize("name", ["anonymous", "ftp", "Anonymous"])
def test_guests_start_at_the_root(serve: Serve, name: str) -> None:
    sandbox = serve(ftp={}, accounts={"mode": "listed"})
    with connected(sandbox, ftplib.FTP) as client:
        client.login(name, "")
        assert client.pwd() == "/"


def test_guests_can_be_refused(serve: Serve) -> None:
    sandbox = serve(ftp={"anonymous": False})
    with connected(sandbox, ftplib.FTP) as client:
        with pytest.raises(ftplib.error_perm, match=r"^530"):
            client.login()
        assert client.login("ann", "x")


def test_a_refused_login_makes_no_home(serve: Serve) -> None:
    sandbox = serve(ftp={}, accounts={"refused_passwords": ["wrong"]})
    with connected(sandbox, ftplib.FTP) as client, pytest.raises(ftplib.error_perm, match=r"^530"):
        client.login("ann", "wrong")
    assert not exists(sandbox, "/home")
    assert "wrong" not in str(facts(sandbox))


def test_before_the_login(serve: Serve) -> None:
    with RawClient(serve(ftp={}), login=False) as client:
        for line in (
            "PWD",
            "CWD /x",
            "EPSV",
            "RETR x",
            "STAT /",
            "TYPE I",
            "SITE HELP",
            "PORT 127,0,0,1,200,1",
        ):
            assert client.say(line).startswith("530"), line
        for line in ("NOOP", "SYST", "FEAT", "HELP", "STAT", "OPTS UTF8 ON", "ACCT x"):
            assert client.say(line)[0] == "2", line
        assert client.say("PASS x").startswith("503")
        assert client.say("USER").startswith("501")
        assert client.say("USER nobody").startswith("331")  # whether or not there is one
        assert client.say("PASS").startswith("230")
        assert client.say("USER ann").startswith("331")
        assert client.say("PWD").startswith("530")
        assert client.say("PASS " + "\u00ff").startswith("230")


def test_cwd_makes_what_is_missing(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        client.cwd("/remote/directory")
        assert client.pwd() == "/remote/directory"
        client.cwd("sub")
        client.storbinary("STOR file", io.BytesIO(b"x"))
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.cwd("file")
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.cwd("file/below")
    assert stored(sandbox, "/remote/directory/sub/file") == b"x"
    created = [details["path"] for name, details in facts(sandbox) if name == "directory.created"]
    assert created == ["/remote/directory", "/remote/directory/sub"]


def test_cwd_need_not(serve: Serve) -> None:
    sandbox = serve(ftp={"create_missing_directories": False})
    with ftp(sandbox) as client:
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.cwd("/remote/directory")
        assert client.pwd() == "/home/ann"
    assert not exists(sandbox, "/remote")


def test_a_missing_file_does_not_become_a_directory(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with RawClient(sandbox) as client:
        assert client.say("RETR missing").startswith("550")
        assert client.say("CWD missing").startswith("550")
        assert client.say("CWD elsewhere").startswith("250")


def test_what_cannot_be(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/full/file", b"content")
    with RawClient(sandbox) as client:
        for line in (
            "MKD /full",
            "MKD /missing/sub",
            "RMD /full",
            "RMD /full/file",
            "RMD /missing",
            "RMD /",
            "DELE /full",
            "DELE /missing",
            "RETR /full",
            "RETR /missing",
            "STOR /full",
            "STOR /missing/file",
            "STOR /full/file/below",
            "APPE /full",
            "SIZE /full",
            "LIST /missing",
            "NLST /full/*.txt",
            "MLST /missing",
            "MLSD /missing",
            "STAT /missing",
            "SITE CHMOD 644 /missing",
            "RNFR /missing",
        ):
            assert client.say(line).startswith("550 "), line
        assert client.say("MLSD /full/file").startswith("501")
        for source, target in (
            ("/", "/x"),
            ("/full", "/full/inside"),
            ("/full/file", "/full"),
            ("/full", "/full/file"),
        ):
            client.say(f"RNFR {source}")
            assert client.say(f"RNTO {target}").startswith("550"), source
        assert client.say("RNTO /x").startswith("503")
    assert stored(sandbox, "/full/file") == b"content"


def test_rename_replaces_a_file(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/a", b"new")
    put(sandbox, "/b", b"old")
    with ftp(sandbox) as client:
        client.rename("/a", "/b")
        assert client.nlst("/") == ["/b", "/home"]
    assert stored(sandbox, "/b") == b"new"


def test_listings_with_options_names_and_patterns(serve: Serve) -> None:
    sandbox = serve(ftp={})
    for name in ("/d/a one.txt", "/d/b.txt", "/d/c.csv", "/d/-l", "/d/.hidden"):
        put(sandbox, name)
    with RawClient(sandbox) as client:
        assert client.say("CWD /d").startswith("250")
        whole = client.fetch("LIST")
        assert whole.count(b"\r\n") == 5
        for argument in ("-a", "-la", "-l -a", "-la .", "-aL /d", ".", "/d/", "../d"):
            assert client.fetch(f"LIST {argument}") == whole, argument
        assert client.fetch("LIST -la a one.txt").endswith(b" a one.txt\r\n")
        assert client.fetch("LIST -l").endswith(b" -l\r\n")  # there is such a file
        assert client.fetch("NLST *.txt") == b"a one.txt\r\nb.txt\r\n"
        assert client.fetch("NLST *") == b"-l\r\na one.txt\r\nb.txt\r\nc.csv\r\n"
        assert client.fetch("NLST .h*") == b".hidden\r\n"
        assert client.fetch("NLST /d/?.*") == b"/d/b.txt\r\n/d/c.csv\r\n"
        assert client.fetch("NLST -a b.txt") == b"b.txt\r\n"
        assert client.fetch("NLST .").count(b"\r\n") == 5
        assert client.fetch("NLST /d/").startswith(b"/d/-l\r\n")
        assert client.say("STAT b.txt").splitlines()[1].endswith(" b.txt")
        assert client.say("CWD /").startswith("250")
        assert client.say("MKD /empty").startswith("257")
        assert client.fetch("LIST /empty") == client.fetch("NLST empty") == client.fetch("MLSD /empty") == b""


def test_facts_as_asked_for(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/d/file", b"123")
    with RawClient(sandbox) as client:
        client.say("MFMT 20240229123456 /d/file")
        assert client.fetch("MLSD /d") == b"type=file;size=3;modify=20240229123456;perm=adfrw; file\r\n"
        assert client.say("OPTS MLST Size;nonsense;TYPE;") == "200 MLST OPTS type;size;"
        assert client.fetch("MLSD /d") == b"type=file;size=3; file\r\n"
        assert " MLST type*;size*;modify;perm;" in client.say("FEAT").splitlines()
        assert client.say("OPTS MLST") == "200 MLST OPTS"
        assert client.fetch("MLSD /d") == b" file\r\n"
        assert client.say("MLST /d").splitlines()[1] == "  /d"
        assert client.say("OPTS MLST type;").startswith("200")
        assert client.say("MLST /").splitlines()[1] == " type=dir; /"


def test_read_only_paths(serve: Serve) -> None:
    sandbox = serve(ftp={"read_only": ["/pub", "/home/ann/kept"]})
    put(sandbox, "/pub/file", b"x")
    put(sandbox, "/home/ann/kept", b"x")
    with RawClient(sandbox) as client:
        for line in (
            "DELE /pub/file",
            "STOR /pub/new",
            "APPE /pub/file",
            "STOU /pub/new",
            "MKD /pub/sub",
            "RMD /pub",
            "CWD /pub/missing",
            "RNFR /pub/file",
            "MFMT 20240229123456 /pub/file",
            "DELE kept",
        ):
            assert (
                client.say(line)
                == f"550 {line.rpartition(' ')[2].replace('kept', '/home/ann/kept')}: is read only"
            ), line
        client.say("EPSV")
        assert client.fetch("RETR /pub/file") == b"x"
        client.store("STOR new", b"x")
        assert client.say("RNFR new").startswith("350")
        assert client.say("RNTO /pub/new").startswith("550")
    assert not exists(sandbox, "/pub/new")


def test_uploads_over_the_limit(serve: Serve) -> None:
    sandbox = serve(ftp={"max_upload": 1000})
    with ftp(sandbox) as client:
        client.storbinary("STOR fits", io.BytesIO(bytes(1000)))
        with pytest.raises(ftplib.error_perm, match=r"^552"):
            client.storbinary("STOR large", io.BytesIO(bytes(5_000_000)))
        client.storbinary("APPE fits", io.BytesIO(bytes(1000)))
        assert (client.size("fits"), client.size("large")) == (2000, 1000)
    assert ("file.interrupted", {"path": "/home/ann/large", "size": 1000}) in facts(sandbox)


def test_a_full_tree(serve: Serve) -> None:
    sandbox = serve(ftp={}, files={"samples": False, "max_bytes": 10_000})
    with ftp(sandbox) as client:
        with pytest.raises(ftplib.error_temp, match=r"^452"):
            client.storbinary("STOR large", io.BytesIO(bytes(5_000_000)))
        client.delete("large")
        client.storbinary("STOR fits", io.BytesIO(bytes(10_000)))


def test_a_held_back_return_that_no_longer_fits(serve: Serve) -> None:
    sandbox = serve(ftp={"max_upload": 3})
    with RawClient(sandbox) as client:
        assert client.store("STOR text", b"abc\r").startswith("552")
    assert stored(sandbox, "/home/ann/text") == b"abc"


def test_parallel_downloads_of_one_file(serve: Serve) -> None:
    sandbox = serve(ftp={})
    content = bytes(range(256)) * 8000
    put(sandbox, "/home/ann/file", content)
    clients = [ftp(sandbox) for _ in range(6)]
    connections = []
    for client in clients:
        client.voidcmd("TYPE I")
        connections.append(client.transfercmd("RETR file"))
    received = [b""] * 6
    while any(len(each) < len(content) for each in received):
        for n, connection in enumerate(connections):
            received[n] += connection.recv(70_000)
    assert received == [content] * 6
    for client, connection in zip(clients, connections, strict=True):
        connection.close()
        client.voidresp()
        client.quit()


def test_a_real_directory(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"secret")
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "link").symlink_to(tmp_path / "outside")
    (shared / "file").write_bytes(b"content")
    sandbox = serve(ftp={}, files={"directory": str(shared)})
    with ftp(sandbox) as client:
        client.cwd("/")
        assert client.nlst() == ["file", "home"]
        client.storbinary("STOR new", io.BytesIO(bytes(1_000_000)))
        client.storbinary("STOR new", io.BytesIO(b"end"), rest=999_999)
        client.storbinary("APPE new", io.BytesIO(b"!"))
        assert (shared / "new").read_bytes() == bytes(999_999) + b"end!"
        lines: list[bytes] = []
        client.retrbinary("RETR /../file", lines.append)
        assert lines == [b"content"]
        for line in (
            "RETR link",
            "STOR link",
            "DELE link",
            "STOR " + "x" * 300,
            "RMD /",
            "RETR /../../outside",
        ):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.sendcmd(line)
    assert (tmp_path / "outside").read_bytes() == b"secret"


def test_what_ftp_stored_is_in_the_tree_at_once(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        client.voidcmd("TYPE I")
        with client.transfercmd("STOR file") as connection:
            connection.sendall(b"first")
            sandbox.wait_for(lambda entry: getattr(entry.event, "data", b"") == b"first")
            assert sandbox.call(lambda s: s.files.stat(PurePosixPath("/home/ann/file")).size) == 5
        client.voidresp()
