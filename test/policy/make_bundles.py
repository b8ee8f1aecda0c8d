"""Guidelines by the dozen, each from its seed: small enough that every label can be tried, and unlike each other."""
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "vectors"))
import make_guidelines  # noqa: E402
from make_accord import keys_of  # noqa: E402

PLANES = ["LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE"]
PARTIES = ["ash", "elm", "oak"]
POSTS = ["keeper", "reader", "warden"]


def names(word):
    return f'en "{word}" ko "{word}"'


def accord_of(parties):
    every = " ".join(parties)
    channels = [f"{i} {plane.lower()} {plane} {names(plane)} parties {every} write warden precedence FLASH ROUTINE\n"
                for i, plane in enumerate(PLANES, 1)]
    channels += [f"{900 + i} {party}-home HOME {names(party)} parties {party} write warden precedence ROUTINE\n"
                 for i, party in enumerate(parties)]
    return {**make_guidelines.BASE,
            "accord": f"founding\nmode live\npost-quantum preferred\nlanguages en ko\ntitle {names('Trees')}\n",
            "parties": "".join(f"{party} {names(party)}\n" for party in parties),
            "posts": "".join(f"{post} {names(post)} of {every}\n" for post in POSTS),
            "keys": "".join(line + "\n" for party in parties for line in keys_of(party, 1, 1)),
            "channels": "".join(channels)}


def guidelines_of(r, members, outside):
    """Every line that a grammar can make of a few words; one role holds all, so that it is read."""
    parties, levels = members + outside, [f"L{i}" for i in range(r.randint(2, 3))]
    out = [f"guidelines G version {r.randint(1, 9)} review-by 2027-01-01"]
    out += [f"party {one} {names(one)}" for one in members] + [f"outside {one} {names(one)}" for one in outside]
    out += [f"level {one} {names(one)}" for one in levels]
    categories = {name: r.choice(["all", "all", "any", "info"]) for name in r.sample(["east", "north", "west"], r.choice([1, 2, 2, 3]))}
    values = {}
    for name, rule in categories.items():
        out.append(f"category {name} {rule}")
        for i in range(r.randint(1, 2)):
            code = f"{name.upper()}-{i}"
            values[code] = name
            more = r.choice(["", "", f" from {r.choice(levels)}"]) + r.choice(["", "", f" excludes {r.choice(parties)}"])
            out.append(f"value {name} {code} {names(code)}{more}{r.choice(['', ' control originator'])}")
    deciding = [code for code, name in values.items() if categories[name] != "info"]
    for i in range(r.randint(1, 4)):
        these = r.sample(parties, r.randint(2, len(parties)))
        these += [] if set(these) & set(members) else [members[0]]
        line = f"agreement a{i} parties {' '.join(these)} ceiling {r.choice(levels)}"
        if deciding and r.random() < 0.4:
            name = values[r.choice(deciding)]
            only = [code for code in values if values[code] == name]
            line += f" only {name} {' '.join(r.sample(only, r.randint(1, len(only))))}"
        if r.random() < 0.3:
            line += f" via {r.choice([one for one in these if one in members])}"
        out.append(line)

    def held():
        return " ".join(code for code in deciding if r.random() < 0.7)

    out += [f"node {one} up-to {r.choice(levels)} holds {held()}" for one in parties]
    everything = " ".join(deciding)
    out += [f"role keeper up-to {levels[-1]} holds {everything} may release"]
    out += [f"role {post} up-to {r.choice(levels)} holds {held()}" for post in POSTS[1:]]
    out += [f"plane {plane} ceiling {r.choice(levels)}" for plane in PLANES]
    out += [f"plane HOME ceiling {r.choice(levels)}"] if r.random() < 0.3 else []
    out += [f"feed f{i} ceiling {r.choice(levels)}" for i in range(r.randint(0, 1))]
    out += ["release within by 2", "release outside by 2", "downgrade by 2", "recall by 1", "erase by 2",
            "approval lasts 1h", "fate review 1y"]
    return "".join(line.rstrip() + "\n" for line in out)


def make(seed):
    r = random.Random(f"guidelines {seed}")
    members = [one.upper() for one in PARTIES[: r.choice([2, 2, 3])]]
    outside = ["X0"] if len(members) == 2 and r.random() < 0.7 else []
    made = {**accord_of([one.lower() for one in members]), "guidelines": guidelines_of(r, members, outside)}
    return {**made, **doors_of(random.Random(f"doors {seed}"), made["channels"]), **once_of(random.Random(f"once {seed}"), members + outside)}


def once_of(r, parties):
    """What its file `opened` says was given once, as no version before it is looked at here; and what is no such line."""
    lines = ["plane SHARE level L0", "once", "once east", "once east EAST-0", "once east EAST-0 since L0"] if r.random() < 0.2 else []
    for _ in range(r.choice([0, 0, 1, 2])):
        name, excluded = r.choice(["east", "north", "west"]), r.sample(parties, r.choice([0, 0, 1, 2]))
        lines.append(" ".join(["once", name, f"{name.upper()}-{r.randint(0, 1)}", "from", r.choice(["L0", "L1", "L2"]), *(["excludes", *excluded] if excluded else [])]))
    lines += ["once everything"] if r.random() < 0.05 else []
    return {"opened": "".join(line + "\n" for line in lines)} if lines else {}


def doors_of(r, channels):
    """Who else writes, which channels are sealed and closed, and which posts end: apart, so that the guidelines of a seed stay."""
    lines, closed = [], ""
    for line in channels.splitlines(keepends=True):
        name = line.split()[1]
        line = line.replace("write warden", f"write warden {r.choice(['', 'keeper ', 'reader ', 'keeper reader '])}".rstrip())
        lines.append(line if r.random() < 0.5 or "home" in name else line.replace("\n", f" sealed {r.choice(['', 'keeper', 'reader warden'])}".rstrip() + "\n"))
        closed += f"closed {name}\n" if r.random() < 0.5 else ""
    until = "".join(f"post {post} until 20{r.randint(26, 40)}-06-30\n" for post in POSTS if r.random() < 0.4)
    return {"channels": "".join(lines), "authority": until + closed}


def every(count):
    """The shipped example, then `count` made ones, as guidelines.json has vectors."""
    made = [{"name": "the example", "files": {}}]
    made += [{"name": f"seed {seed}", "files": make(seed)} for seed in range(count)]
    return {"base": make_guidelines.BASE, "vectors": made}


if __name__ == "__main__":
    json.dump(every(int(sys.argv[2])), open(sys.argv[1], "w", encoding="utf-8"))
