"""The command line over a whole record: keys, attachments, verify, export, backup, doctor; its words and its manual."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import unicodedata
from pathlib import Path

import nodes
import officers

MANUAL = nodes.ROOT / "docs/man/entente.1"


def notice(node, text="Text.", *more, code=0, key="watch", to="usa/watch"):
    return node.say("send", "notify", text, "--to", to, "--label", "U", *more, key=key, code=code)


# Keys


def test_a_key_is_added_and_withdrawn(pair):
    kor, usa = pair["kor"], pair["usa"]
    new = officers.Key(pair.folder / "new")
    public = f"{new.path}.pub"
    notice(kor, "Too early.", "--as", "watch", "--key", new.path, code=4)
    added = kor.say("keys", "--add", public, "--roles", "watch,shift", "--holder", "42", "--label", "U", key="registrar")
    rows = {row["fingerprint"]: row for row in kor.get("/keys")["keys"]}
    assert rows[new.fingerprint]["holder"] == 42 and rows[new.fingerprint]["roles"] == ["shift", "watch"]
    place = notice(kor, "Now.", "--as", "watch", "--key", new.path)["place"]
    assert notice(kor, "Which role?", "--key", new.path, code=2) == {}
    kor.say("keys", "--withdraw", public, "--label", "U", key="registrar")
    refused = kor.run("send", "notify", "Too late.", "--to", "usa/watch", "--label", "U", "--as", "watch", "--key",
                      new.path, code=4)
    assert "KEY" in refused.stderr
    pair.await_receipts()
    for node in (kor, usa):
        entry = node.entry(place)
        assert entry["verdict"] == "OK" and entry["signer"] == {"holder": 42, "roles": ["shift", "watch"], "withdrawn": True}
    assert added["place"].startswith("KOR/") and new.fingerprint in usa.run("keys", "--party", "kor").stdout


def test_a_lost_card_and_its_spare_in_one_act(pair):
    """The spare takes the lost key's place, holder and roles, in every log, and the lost one signs nothing from there on."""
    kor, usa = pair["kor"], pair["usa"]
    lost = next(one for one in kor.get("/keys")["keys"] if one["roles"] == ["watch"])
    spare = officers.Key(kor.keys / "spare")
    before = kor.say("send", "notify", "Before.", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    used = kor.run("keys", "--withdraw", f"{kor.keys / 'watch'}.pub", "--add", f"{kor.keys / 'watch'}.pub", "--label", "U", key="registrar", code=4)
    assert "nothing was changed" in used.stderr, "first the lost one goes: then its place could not be taken"
    shown = kor.run("keys", "--withdraw", f"{kor.keys / 'watch'}.pub", "--add", f"{spare.path}.pub", "--label", "U", key="registrar").stdout
    assert "withdrawn in every log" in shown and "added in every log" in shown
    keys = {one["holder"]: one for one in kor.get("/keys")["keys"] if "withdrawn" not in one}
    assert keys[lost["holder"]]["roles"] == ["watch"] and keys[lost["holder"]]["fingerprint"] != lost["fingerprint"]
    done = kor.run("send", "notify", "Not he.", "--to", "usa/watch", "--label", "U", key="watch", code=None)
    assert done.returncode != 0
    after = kor.say("send", "notify", "After.", "--to", "usa/watch", "--label", "U", key="spare")["place"]
    pair.await_receipts()
    for place in (before, after):
        assert usa.entry(place)["verdict"] == "OK" and usa.entry(place)["signer"]["holder"] == lost["holder"]
    again = kor.run("keys", "--withdraw", f"{kor.keys / 'watch'}.pub", "--add", f"{spare.path}.pub", "--label", "U", key="registrar", code=3)
    assert "have no key" in again.stderr and "next:" in again.stderr


def test_only_the_registrar_changes_keys(pair):
    new = officers.Key(pair.folder / "new")
    done = pair["kor"].run("keys", "--add", f"{new.path}.pub", "--roles", "watch", "--holder", "1", "--label", "U",
                           key="watch", code=4)
    assert "REGISTRAR" in done.stderr


# The mark


def test_a_mark_finds_its_read_back(pair):
    """Several roles of one party are addressed: its READ BACK is one, and a message stands for its only one."""
    kor, usa = pair["kor"], pair["usa"]
    draft = kor.say("send", "notify-urgent", "At once.", "--to", "usa/watch", "--info", "usa/head", "--precedence", "FLASH",
                    "--label", "U", "--wait", "receipt", key="watch", code=7)
    assert draft["step"] == "SUBMITTED", "nothing was receipted, nor gave the exit status of that"
    place = kor.approve(draft["place"])
    usa.await_step(place, "STATION RECEIPT")
    assert kor.run("correct", place, key="head", code=3).stderr.count("entente ladder") == 1
    assert usa.run("readback", place, "Too soon.", key="watch", code=4).stderr.count("STEP") == 1
    usa.say("ack", place, key="watch")
    first = usa.say("readback", place, "At ones.", key="watch")["place"]
    kor.wait("the READ BACK came", lambda: kor.find("/entry", place=first))
    wrong = kor.say("wrong", place, key="head")
    assert wrong["refers"] == first
    second = usa.say("readback", place, "At once.", key="watch")["place"]
    kor.wait("the second came", lambda: kor.find("/entry", place=second))
    seen = kor.run("correct", second, key="head").stdout
    assert "At once." in seen and seen.index("At once.") < seen.index("CORRECT by"), "what is marked is shown before"
    kor.await_step(place, "READ BACK")
    shown = kor.run("ladder", place).stdout
    assert "READ BACK" in shown and second in kor.run("log", "notify-urgent").stdout


# Attachments


def test_attachments_are_saved_under_safe_names(pair):
    kor, usa = pair["kor"], pair["usa"]
    folder = pair.folder / "files"
    folder.mkdir()
    for name, size in ((".hidden", 1), ("한글 이름.txt", 70_000), ("big", 3 << 20)):
        (folder / name).write_bytes(os.urandom(size))
    words = [word for name in sorted(os.listdir(folder)) for word in ("--attach", folder / name)]
    place = notice(kor, "Three files.", *words)["place"]
    usa.await_step(place, "STATION RECEIPT")
    entry = usa.entry(place)
    for one in entry["attachments"]:
        usa.wait(f"{one['name']} is whole", lambda one=one: (usa.find("/attachments", hash=one["hash"]) or {}).get("held") == one["len"])
    saved = pair.folder / "saved"
    usa.run("read", place, "--save", saved)
    assert sorted(path.read_bytes() for path in saved.iterdir()) == sorted(path.read_bytes() for path in folder.iterdir())
    assert all(re.match(r"\d-", path.name) for path in saved.iterdir())
    assert usa.run("read", place, "--save", saved, code=4).stderr, "nothing is written over"


def test_a_saved_file_is_its_users_and_looks_like_what_it_is(pair):
    """Whatever the umask, and whatever the other side called it."""
    kor, usa = pair["kor"], pair["usa"]
    folder = pair.folder / "files"
    folder.mkdir()
    turned = "invoice\u202efdp.exe"
    (folder / turned).write_bytes(b"What the name hides.")
    place = notice(kor, "One file.", "--attach", folder / turned)["place"]
    usa.await_step(place, "STATION RECEIPT")
    digest = usa.entry(place)["attachments"][0]["hash"]
    usa.wait("it is whole", lambda: (usa.find("/attachments", hash=digest) or {}).get("held") == 20)
    saved, proof = pair.folder / "saved", pair.folder / "proof"
    done = usa.run("read", place, "--save", saved, "--proof", proof, preexec_fn=lambda: os.umask(0))
    assert [path.name for path in saved.iterdir()] == ["1-invoice_fdp.exe"] and "\u202e" not in done.stderr
    assert [path.stat().st_mode & 0o777 for path in (saved, *saved.iterdir(), proof)] == [0o700, 0o600, 0o600]
    again = usa.run("read", place, "--proof", proof, code=4).stderr
    assert "next: the same command with another name" in again


def test_nine_digits_are_the_same_on_both_sides(pair):
    """As the console shows them."""
    kor, usa = pair["kor"], pair["usa"]
    place = notice(kor, "Over the telephone.")["place"]
    usa.await_step(place, "STATION RECEIPT")
    number = f"{int(usa.entry(place)['leaf'][:8], 16) % 10**9:09}"
    line = f"read aloud, the same on both sides: {number[:3]} {number[3:6]} {number[6:]}\n"
    assert [node.run("read", place, "--aloud").stdout.endswith(line) for node in (kor, usa)] == [True, True]


def test_nobody_leaves_a_door_where_a_file_is_made(pair):
    """Links that whoever may write beside it has laid under each name that can be guessed."""
    kor, trap = pair["kor"], pair.folder / "trap"
    trap.write_text("untouched")
    for words, name in ((["bundle", "write", "--peer", "usa"], "a.bundle"), (["export", "--backup"], "a.db"),
                        (["keys", "--pair"], "a.pair")):
        place = pair.folder / name
        for ending in (".part", ".new"):
            Path(f"{place}{ending}").symlink_to(trap)
        kor.run(*words, place)
        assert place.stat().st_size > 0 and place.stat().st_mode & 0o077 == 0
        whole = place.read_bytes()
        assert "nothing is written over" in kor.run(*words, place, code=4).stderr and place.read_bytes() == whole
    assert trap.read_text() == "untouched"


# The whole record


def spoil(path):
    """Changes one byte of an entry where it lies on the disk."""
    base = sqlite3.connect(path)
    tables = [row[0] for row in base.execute("select name from sqlite_master where type = 'table'")]
    table = next(name for name in tables if name.startswith("entry") or name == "entries")
    columns = [row[1] for row in base.execute(f"pragma table_info({table})")]
    column = next(name for name in columns if name in ("entry", "bytes"))
    number, raw = base.execute(f"select rowid, {column} from {table} order by rowid desc limit 1").fetchone()
    raw = bytes(raw[:60]) + bytes([raw[60] ^ 1]) + bytes(raw[61:])
    base.execute(f"update {table} set {column} = ? where rowid = ?", (raw, number))
    base.commit()
    base.close()


def test_verify_export_backup(pair):
    kor = pair["kor"]
    for number in range(20):
        notice(kor, f"Notice {number}.")
    pair.await_receipts()
    entries = kor.status()["entries"]
    live = json.loads(kor.run("verify", "--json").stdout)
    assert live["findings"] == 0 and live["entries"] >= entries and live["cosignatures"] > 0
    assert not list(kor.home.glob("copies/copy-*")), "the copy is gone"
    backup = pair.folder / "backup.db"
    kor.run("export", "--backup", backup)
    assert kor.run("export", "--backup", backup, code=4).stderr
    assert json.loads(kor.run("verify", backup, "--json").stdout)["findings"] == 0
    shared = pair.folder / "shared"
    kor.run("export", "--to", shared, "--shared")
    names = [str(path.relative_to(shared)) for path in shared.rglob("checkpoint")]
    assert names and not [name for name in names if "/901/" in name]
    assert kor.run("export", "--to", shared, code=4).stderr
    assert kor.run("restore", backup, code=4).stderr, "not while the node runs"
    kor.stop()
    assert json.loads(kor.run("verify", "--json").stdout)["findings"] == 0
    spoil(kor.home / "record.db")
    lines = kor.run("verify", "--json", code=6).stdout.splitlines()
    assert json.loads(lines[0])["finding"] and json.loads(lines[-1])["findings"] >= 1
    kor.run("restore", backup)
    assert (kor.home / "record.db.before").exists()
    assert not list(kor.home.glob("restore.part*")), "nothing is left beside"
    assert json.loads(kor.run("verify", "--json").stdout)["findings"] == 0
    assert kor.run("restore", __file__, code=6).stderr
    # Nor does the next restore throw away what the first one kept.
    kept = (kor.home / "record.db.before").read_bytes()
    assert "record.db.before.2" in kor.run("restore", backup).stdout
    assert (kor.home / "record.db.before").read_bytes() == kept and (kor.home / "record.db.before.2").exists()


def test_what_is_no_backup_is_none(pair):
    """Nor is it made one, and nothing of it runs, and nothing is left beside a good one."""
    kor = pair["kor"]
    good, empty, other, program = (pair.folder / name for name in ("good.db", "empty.db", "other.db", "program.db"))
    kor.run("export", "--backup", good)
    empty.touch()
    sqlite3.connect(other).executescript("create table entry(a); insert into entry values (1);").close()
    shutil.copy(good, program)
    base = sqlite3.connect(program)
    base.executescript("alter table entry rename to rows; create view entry as with recursive endless(n) as (select 1 union all "
                       "select n + 1 from endless) select rows.* from rows, endless;")
    base.close()
    Path(f"{program}-wal").unlink(missing_ok=True)
    kor.stop()
    before = (kor.home / "record.db").read_bytes()
    for file, size in ((empty, 0), (other, other.stat().st_size), (program, program.stat().st_size)):
        assert kor.run("verify", file, code=6, timeout=20).stderr
        assert kor.run("restore", file, code=6, timeout=20).stderr
        assert file.stat().st_size == size
    kor.run("verify", good)
    assert (kor.home / "record.db").read_bytes() == before and not list(kor.home.glob("record.db.*"))
    assert not list(pair.folder.glob("*.db-*"))


def test_a_copy_whose_maker_died_goes(pair):
    """A copy of the record may hold what is erased by now."""
    kor = pair["kor"]
    with subprocess.Popen([nodes.BINARY, "verify", "--home", kor.home], stdout=subprocess.DEVNULL) as verify:
        nodes.wait_for("a copy is made", lambda: list(kor.home.glob("copies/copy-*")) or verify.poll() is not None)
        verify.kill()
    (kor.home / "copies/copy-1.part").write_bytes(b"left behind")
    kor.stop()
    kor.start()
    assert not list(kor.home.glob("copies/copy-*"))


def test_a_home_with_any_name_is_swept(pair):
    """What a shell would take for a pattern is a name like any other."""
    kor = pair["kor"]
    kor.stop()
    kor.home = kor.home.rename(kor.home.parent / "home [a]*")
    (kor.home / "copies/copy-1.part").write_bytes(b"left behind")
    kor.start()
    assert not list(path for path in (kor.home / "copies").iterdir() if path.name.startswith("copy-"))


def test_a_restore_that_was_cut_off_is_ended(pair):
    """The power went when the backup had its place and what stood there had not left it yet."""
    kor = pair["kor"]
    backup = pair.folder / "backup.db"
    kor.run("export", "--backup", backup)
    place = notice(kor, "After the backup.")["place"]
    pair.await_receipts()
    kor.stop()
    old = (kor.home / "record.db").read_bytes()
    shutil.copy(backup, kor.home / "record.db.restored.1")
    (kor.home / "record.db-redo").rename(kor.home / "record.db.before-redo")
    said = kor.run("verify").stderr
    assert "record.db.before" in said and not (kor.home / "record.db.restored.1").exists()
    assert (kor.home / "record.db.before").read_bytes() == old
    assert (kor.home / "record.db").read_bytes() == backup.read_bytes()
    kor.start()
    kor.wait("what the backup had forgotten is back", lambda: kor.find("/entry", place=place))


PART = ".part-0123456789abcdef"


def test_what_was_cut_off_is_no_file(pair):
    """Whoever writes a file writes a part first; what is left of one that was cut off stands in nobody's way."""
    kor, usa = pair["kor"], pair["usa"]
    usa.stop()
    notice(kor, "Kept by its terminal.", code=5)
    kept, = kor.outbox.iterdir()
    part = kor.outbox / f"{kept.name[:49]}{PART}"
    part.write_bytes(kept.read_bytes()[:40])
    usa.start()
    pair.await_receipts()
    assert "Everything" in kor.run("send", "--again").stdout
    os.utime(part, (0, 0))
    kor.run("send", "--again")
    assert not list(kor.outbox.iterdir()), "nobody can be writing that one"
    kor.stop()
    version, = (kor.home / "accord").iterdir()
    (version / f"channels{PART}").write_text("chann")
    (kor.home / "signer" / f"marks{PART}").write_bytes(bytes(1 << 19))
    kor.start()
    kor.await_link()
    assert not list((kor.home / "signer").glob("*.part-*"))


def test_what_holds_the_record_is_its_users_alone(pair):
    """The record, its copies and what is carried, under a umask that would show them to everybody."""
    kor = pair["kor"]
    kor.stop()
    kor.start(preexec=lambda: os.umask(0))
    pair.await_receipts()
    freely = {"preexec_fn": lambda: os.umask(0)}
    for words in (["export", "--backup", pair.folder / "a.db"], ["export", "--to", pair.folder / "out"],
                  ["bundle", "write", "--peer", "usa", pair.folder / "a.bundle"]):
        subprocess.run([nodes.BINARY, *words, "--home", kor.home], check=True, capture_output=True, **freely)
    made = [pair.folder / "a.db", pair.folder / "a.bundle", pair.folder / "out", *(pair.folder / "out").rglob("*"),
            *kor.home.glob("record.db*"), kor.home / "socket", kor.home / "reserve"]
    assert len(made) > 20
    assert [] == [path for path in made if path.stat().st_mode & 0o077]


# Words


def cells(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_korean_is_spoken_and_stays_in_its_columns(pair):
    assert (nodes.CATALOGUES / "ko/LC_MESSAGES/entente.mo").exists(), "the build makes it: ninja"
    kor, usa = pair["kor"], pair["usa"]
    place = notice(kor, "한글과 English를 섞은 본문이 표의 칸을 넘지 않는지 본다.")["place"]
    usa.await_step(place, "STATION RECEIPT")
    waited = kor.run("send", "notify", "둘째.", "--to", "usa/watch", "--label", "U", "--wait", "reply", "--timeout", "50ms",
                     key="watch", env=nodes.KOREAN, code=7).stderr
    assert "회신" in waited and "REPLIED" not in waited
    notice(usa, "The other row.", to="kor/watch")
    kor.await_link()
    ladder = kor.run("ladder", place, env=nodes.KOREAN).stdout
    assert "발신 대기" in ladder and "접수" in ladder and "QUEUED" not in ladder
    rows = [line for line in usa.run("inbox", "notify", env=nodes.KOREAN).stdout.splitlines() if re.match(r"\(U//REL KOR, USA\) +\w+/NOTIFY ", line)]
    assert len(rows) == 3 and "당직 열람" in rows[0]
    heads = [cells(re.match(r"(.*?Z +)\S", line).group(1)) for line in rows]
    assert heads[0] == heads[1], "the columns stand under each other"
    assert "문건" in kor.run("log", "notify", env=nodes.KOREAN).stdout, "what an entry is has a Korean name"
    wrong = nodes.run("sned", env=nodes.KOREAN, code=2).stderr
    assert "entente에 없는 명령" in wrong and "다음: entente --help" in wrong
    assert "VOID" not in usa.run("read", place, env=nodes.KOREAN).stdout


def test_text_that_turns_is_shown_as_what_it_is(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = notice(kor, "safe\u202eesrever\u202c end")["place"]
    usa.await_step(place, "STATION RECEIPT")
    shown = usa.run("read", place).stdout
    assert "<U+202E>" in shown and "\u202e" not in shown


def test_the_number_stands_first_and_last(pair):
    kor = pair["kor"]
    place = notice(kor, "Text.")["place"]
    lines = [line for line in kor.run("read", place).stdout.splitlines() if line]
    assert lines[1:3] == lines[-2:] and "UNCLASSIFIED//REL TO" in lines[2], "the label is first and last"
    assert "as USA marks at home" in lines[3], "once, below the first"
    assert lines[4].startswith(place) and lines[-3] == place


# The manual and the doctor


def test_the_manual_has_every_command_and_option():
    text = MANUAL.read_text()
    sections = dict(re.findall(r"^\.Ss entente (\w+)[^\n]*\n(.*?)(?=^\.S[sh] )", text, re.M | re.S))
    listed = [line.split()[0] for line in nodes.run("--help").stdout.splitlines() if line.startswith("  ")]
    assert set(listed) == set(sections)
    common = {"home", "as", "key", "identity", "json", "help"}
    for name, other in re.findall(r"^\.Ss entente (\w+)[^\n]*\n(?:(?!\.S[sh] ).*\n)*?It takes the options of\n\.Cm (\w+)", text, re.M):
        sections[name] += sections[other]
    for name in listed:
        options = set(re.findall(r"^  --([a-z-]+)", nodes.run(name, "--help").stdout, re.M))
        for option in options - common:
            assert f".It Fl Fl {option}" in sections[name] or f"Fl Fl {option}" in sections[name], (name, option)
        for option in set(re.findall(r"^\.It Fl Fl ([a-z-]+)", sections[name], re.M)):
            assert option in options, (name, option)


def test_doctor_says_what_is_wrong_and_what_next(pair):
    kor = pair["kor"]
    rows = json.loads(kor.run("doctor", "--json", code=None).stdout)
    assert not list(kor.home.glob("doctor*")), "what it has measured with is gone"
    assert {row["finding"] for row in rows if row["check"] in ("home", "settings", "accord", "node", "path")} == {"OK"}
    os.chmod(kor.home / "keys/log", 0o644)
    rows = json.loads(kor.run("doctor", "--json", code=1).stdout)
    bad = [row for row in rows if row["finding"] == "BAD"]
    assert len(bad) == 1 and "keys/log" in bad[0]["why"] and bad[0]["next"].startswith("chmod")
    os.chmod(kor.home / "keys/log", 0o600)
    kor.stop()
    rows = json.loads(kor.run("doctor", "--json", code=1).stdout)
    assert [row["next"] for row in rows if row["check"] == "node"] == [f"entente serve --home {kor.home}"]


def test_init_makes_roots_with_a_quorum(tmp_path):
    nodes.run("init", "keys", "kor", "--to", tmp_path / "keys", "--roots", "3", "--quorum", "2")
    lines = (tmp_path / "keys/lines").read_text().splitlines()
    assert sum(" root ssh-ed25519 " in line and line.endswith(" 2 of 3") for line in lines) == 3
    for name in ("root-1", "root-2", "root-3", "registrar", "log", "mirror", "tls"):
        assert (tmp_path / "keys" / name).stat().st_mode & 0o777 == 0o600
    done = subprocess.run(["ssh-keygen", "-y", "-f", tmp_path / "keys/root-2"], capture_output=True, text=True, check=True)
    assert done.stdout.split()[1] == Path(tmp_path / "keys/root-2.pub").read_text().split()[1]
