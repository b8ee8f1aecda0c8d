#!/usr/bin/python3
"""Writes guidelines.json: an accord of two parties with the guidelines of guidelines/example, and copies of it that are
changed in one place. How a vector is written, the header of make_accord.py says.

usage: test/vectors/make_guidelines.py >test/vectors/guidelines.json
"""
import json
import pathlib
import sys

from make_accord import keys_of

EXAMPLE = (pathlib.Path(__file__).parent / "guidelines/example").read_text(encoding="utf-8")

POSTS = ["desk", "duty", "leader", "press", "releaser"]
BASE = {
    "accord": 'founding\nmode live\npost-quantum preferred\nlanguages en ko\ntitle en "Example" ko "예시"\n',
    "parties": 'kor en "Republic of Korea" ko "대한민국"\nusa en "United States" ko "미국"\n',
    "posts": "".join(f'{post} en "{post}" ko "{post}" of kor usa\n' for post in POSTS),
    "keys": "\n".join(keys_of("kor", 1, 1) + keys_of("usa", 1, 1)) + "\n",
    "channels": "".join(
        f'{number} {plane.lower()} {plane} en "{plane}" ko "{plane}" parties kor usa write duty '
        "precedence FLASH ROUTINE\n" for number, plane in enumerate(["LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE"], 1))
    + "".join(f'{number} {party}-home HOME en "Home" ko "집" parties {party} write duty precedence ROUTINE\n'
              for number, party in ((901, "kor"), (902, "usa"))),
    "timers": (
        "timer FLASH receipt 30s read 8m query 3m alternate 5m\n"
        "timer IMMEDIATE receipt 5m read 45m query 10m doubling alternate 30m\n"
        "timer PRIORITY receipt 500ms read 4h query 1h alternate none\n"
        "timer ROUTINE receipt 2h read 3d query none alternate none\n"
        "line-check every 1h answer 2m\nflash length 1800\nclock offset 2s\nstart strict\n"
    ),
    "guidelines": EXAMPLE,
    "words.txt": "",
}

vectors = [{"name": "the example as it stands"}]


def everything():
    names = [vector["name"] for vector in vectors]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    return {"about": "see the header of make_guidelines.py", "base": BASE, "vectors": vectors}


if __name__ == "__main__":
    json.dump(everything(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
