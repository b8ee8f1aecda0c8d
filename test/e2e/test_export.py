"""A played record, exported: every byte of it is proved by a second reader and stock tools, and a flipped bit is found."""
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
import reader

READER = Path(reader.__file__)
FLIPS = 200


def play(world):
    """Some of everything that an export holds: acts, service statements, an attachment, both directions."""
    kor, usa = world["kor"], world["usa"]
    file = world.folder / "note.txt"
    file.write_text("An attachment, in words.\n")
    flash = kor.release("send", "notify-urgent", "Ours, back at 14:05.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    usa.await_step(flash, "STATION RECEIPT")
    usa.say("ack", flash, key="watch")
    usa.say("readback", flash, "Yours, back at 14:05.", key="watch")
    world.await_receipts()
    kor.say("correct", flash, key="head")
    place = usa.say("send", "notify", "With a file.", "--to", "kor/watch", "--label", "U", "--attach", file,
                    key="watch")["place"]
    kor.await_step(place, "STATION RECEIPT")
    kor.say("ack", place, key="watch")
    for number in range(5):
        kor.say("send", "notify", f"Notice {number}.", "--to", "usa/watch", "--label", "U", key="watch")
    hash_ = usa.entry(place)["attachments"][0]["hash"]
    kor.wait("the attachment is whole", lambda: (kor.find("/attachments", hash=hash_) or {}).get("held") == file.stat().st_size)
    world.await_receipts()


@pytest.fixture
def exported(pair):
    play(pair)
    folder = pair.folder / "export"
    pair.entries_before = pair["kor"].status()["entries"]
    pair["kor"].run("export", "--to", folder)
    return folder


def test_the_second_reader_finds_it_good(pair, exported):
    done = subprocess.run([sys.executable, READER, exported, "--json"], capture_output=True, text=True)
    summary = json.loads(done.stdout)
    assert summary["findings"] == [] and summary["void"] == [] and done.returncode == 0
    # Line checks go on meanwhile: between what stood there before and what stands there now.
    assert pair.entries_before <= summary["entries"] <= pair["kor"].status()["entries"]
    assert summary["signatures"] > 10 and summary["contents"] >= 8 and summary["attachments"] == 1
    assert summary["cosignatures"] >= 2 and summary["accord_signatures"] == 2
    logs = [row for row in pair["kor"].logs().values() if row["size"] > 0]
    assert summary["logs"] == len(logs)


def test_stock_tools_alone(exported):
    """What anybody can type: sha256sum over the accord, ssh-keygen over its signatures."""
    accord = next((exported / "accord").iterdir())
    done = subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "MANIFEST"], cwd=accord, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256((accord / "MANIFEST").read_bytes()).hexdigest() == accord.name
    keys = reader.Export(exported).read_keys("keys", (accord / "keys").read_text())
    signers = exported.parent / "roots"
    signers.write_text("".join(f"{key['party']} {reader.key_line(key['key'])}\n" for key in keys if key["use"] == "root"))
    for party in ("kor", "usa"):
        with open(accord / "MANIFEST") as manifest:
            command = ["ssh-keygen", "-Y", "verify", "-n", "entente-accord-v1", "-I", party, "-f", signers,
                       "-s", accord / f"SIGNED/{party}.1.sig"]
            assert subprocess.run(command, stdin=manifest, capture_output=True).returncode == 0


def flips(folder, chance):
    """Positions over all files: some of each, each file at least once."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    each = max(1, FLIPS // len(files))
    for path in files:
        size = path.stat().st_size
        for at in {0, size - 1, *(chance.randrange(size) for _ in range(each))}:
            yield path, at, 1 << chance.randrange(8)


def test_one_flipped_bit_anywhere_is_found(exported):
    answered, count = {}, 0
    assert reader.Export(exported, answered).check().findings == []
    for path, at, bit in flips(exported, random.Random(50)):
        whole = path.read_bytes()
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1:])
        try:
            findings = reader.Export(exported, answered).check().findings
        except Exception as why:
            raise AssertionError(f"the reader broke on {path.relative_to(exported)}, byte {at}, bit {bit}") from why
        assert findings, f"{path.relative_to(exported)}, byte {at}, bit {bit}: nothing was found"
        path.write_bytes(whole)
        count += 1
    assert count >= 100
    assert reader.Export(exported, answered).check().findings == []


def test_a_missing_and_an_added_file_are_found(exported):
    content = next((exported / "content").iterdir())
    whole = content.read_bytes()
    content.unlink()
    assert any("missing" in line for line in reader.Export(exported).check().findings)
    content.write_bytes(whole)
    (exported / "content" / hashlib.sha256(b"x").hexdigest()).write_bytes(b"x")
    assert any("no entry names it" in line for line in reader.Export(exported).check().findings)


def test_both_sides_export_the_same_logs(pair, exported):
    other = pair.folder / "other"
    pair["usa"].run("export", "--to", other)
    ours, theirs = reader.Export(exported).check(), reader.Export(other).check()
    assert theirs.findings == []
    leaves = [{log.origin: [entry.leaf for entry in log.entries] for log in one.logs} for one in (ours, theirs)]
    shared = set(leaves[0]) & set(leaves[1])
    assert len(shared) >= 4
    for origin in shared:
        least = min(len(leaves[0][origin]), len(leaves[1][origin]))
        assert least > 0 and leaves[0][origin][:least] == leaves[1][origin][:least]
