#!/usr/bin/python3
"""Reads the vectors of src/accord and the accords of accords/ with the second reader, and holds docs/spec/accord.md
against the code. Prints TAP.

    check_accord.py SOURCE-FOLDER
"""
import hashlib
import json
import re
import sys
from pathlib import Path

import accord_reader
import make_accord

ROOT = Path(sys.argv[1])
RULE = r"(?:manifest|bundle|line|names|accord|authority|parties|posts|keys|channels|timers|codes|forms|glossary)\.[a-z0-9-]+"
VECTORS = json.loads((ROOT / "test/vectors/accord.json").read_text(encoding="utf-8"))


def manifest_of(files):
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def copy_of(vector, VECTORS=VECTORS):
    """The files and the manifest of a vector, as make_accord.py's header says."""
    files = dict(VECTORS["base"])
    changes = vector.get("change", [])
    for file, old, new in changes if changes and isinstance(changes[0], list) else [changes] if changes else []:
        assert old in files[file], f"{vector['name']}: no {old}"
        files[file] = files[file].replace(old, new, 1)
    for name, content in vector.get("files", {}).items():
        files[name] = content
    raw = {}
    for name, content in files.items():
        if content is not None:
            raw[name] = bytes.fromhex(content["hex"]) if isinstance(content, dict) else content.encode()
    manifest = manifest_of(raw)
    change = vector.get("manifest")
    if change is not None and len(change) == 1:
        manifest = change[0].encode()
    elif change is not None:
        assert change[0].encode() in manifest, vector["name"]
        manifest = manifest.replace(change[0].encode(), change[1].encode(), 1)
    return manifest, raw


def verdict(manifest, files):
    try:
        return None, accord_reader.read(manifest, files)
    except accord_reader.Refused as why:
        return list(why.args), None


def check_vectors():
    """Every vector: the same file, line and rule, or the same lines."""
    base = VECTORS["vectors"][0]["read"]
    for vector in VECTORS["vectors"]:
        fault, lines = verdict(*copy_of(vector))
        assert fault == vector.get("fault"), f"{vector['name']}: wanted {vector.get('fault')}, got {fault}"
        wanted = vector.get("read", base if fault is None and "change" not in vector else None)
        assert wanted is None or lines == wanted, f"{vector['name']}: {set(lines) ^ set(wanted)}"


def check_made():
    """The stored vectors are what make_accord.py makes."""
    assert make_accord.everything() == VECTORS


def check_rules():
    """The table, the code and the vectors know the same rules."""
    page = (ROOT / "docs/spec/accord.md").read_text(encoding="utf-8")
    table = re.findall(rf"^\| `({RULE})` \|", page.split("\n## 11. Rules", 1)[1], re.M)
    assert len(set(table)) == len(table), "a rule stands twice"
    source = "".join(path.read_text() for path in sorted((ROOT / "src/accord").glob("*.c")))
    # The arena is the caller's: that it is used up is no rule of the files.
    code = set(re.findall(rf'"({RULE})"', source)) - {"line.memory"}
    assert set(table) == code, f"docs/spec/accord.md section 11 and src/accord differ: {set(table) ^ code}"
    broken = {vector["fault"][2] for vector in VECTORS["vectors"] if "fault" in vector}
    assert broken == code, f"no vector breaks {code - broken}"


def check_exercise(folder, files):
    """What is rehearsed is what is run: all but the accord's own file, and forms that only an exercise has, is the live one's."""
    live = folder.parent / folder.name.removesuffix("-exercise")
    ours = {path.relative_to(live).as_posix(): path.read_bytes() for path in live.rglob("*") if path.is_file()}
    more = {name for name in files if name not in ours and name != "keys"}
    assert live != folder and more and all(name.startswith("forms/N9") for name in more), f"{folder}: {more}"
    for name in set(ours) - {"accord", "REVIEW"}:
        assert files.get(name) == ours[name], f"{folder}/{name} is not that of {live}"


def check_accords():
    """Each example accord holds every rule, once its parties have keys; each has its own parties and channels."""
    folders = sorted(path for path in (ROOT / "accords").iterdir() if path.is_dir())
    assert len(folders) >= 2
    seen = set()
    for folder in folders:
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        parties = [line.split()[0] for line in files["parties"].decode().splitlines() if line.split("#")[0].split()]
        lines = [line for party in parties for line in make_accord.keys_of(party, 1, 1)]
        files["keys"] = ("\n".join(lines) + "\n").encode()
        fault, read = verdict(manifest_of(files), files)
        assert fault is None, f"{folder}: {fault}"
        if "exercise" in read:
            check_exercise(folder, files)
            continue
        names = {line.split()[1] for line in read if line.startswith("party ")}
        names |= {line.split()[2] for line in read if line.startswith("channel ")}
        assert not names & seen, f"{folder}: {names & seen}"
        seen |= names


def main():
    checks = [check_vectors, check_made, check_rules, check_accords]
    failed = 0
    print(f"1..{len(checks)}")
    for number, check in enumerate(checks, 1):
        try:
            check()
            print(f"ok {number} - {check.__doc__}")
        except AssertionError as why:
            failed += 1
            print(f"not ok {number} - {check.__doc__}\n# {why}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
