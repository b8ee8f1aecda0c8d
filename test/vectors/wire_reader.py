"""A second reader of everything in src/wire: written from docs/spec/, on python3-cbor2, sharing no code with it.

Each read_* takes bytes and gives the lines that the vectors hold, or raises Refused with the rule. The rules
of CBOR itself are one here ("cbor"): cbor2 says that something is wrong, seldom what.
"""
import base64
import datetime
import functools
import hashlib
import io
import re

import cbor2

ENTRY_MAX, CONTENT_MAX, NOTE_MAX, FRAME_MAX = 60000, 98304, 16384, 1 << 20
TIME_END, SIZE_MAX, U32, U64 = 1 << 53, (1 << 53) - 1, (1 << 32) - 1, (1 << 64) - 1
READ_BEFORE = 4096  # of whoever reads the same again and again
DEPTH_MAX, PARTIES, ADDRESSEES, REFERENCES, FIELDS, SIGNATURES = 6, 8, 32, 32, 64, 8
SSHSIG_MAX, ATTACHMENT_MAX, PIECE_MAX, MANIFEST_MAX, NOTES_MAX, BATCH_MAX = 4096, 64 << 20, 16 << 10, 64 << 10, 512, 4096

# number: (name, who may sign: o officer, n node; what refers-to names: 0 nothing, 1 one entry, * any)
KINDS = {0: ("open", "on", "0"), 1: ("keys", "o", "0"), 2: ("accord", "o", "0"), 3: ("erase", "o", "1"),
         4: ("fork", "n", "0"), 5: ("digest", "n", "0"), 8: ("message", "on", "*"), 9: ("watch read", "o", "1"),
         10: ("read back", "o", "1"), 11: ("mark", "o", "1"), 12: ("presented", "o", "1"), 13: ("reply", "on", "1"),
         14: ("decline", "o", "1"), 15: ("defer", "o", "1"), 16: ("query", "on", "1"), 17: ("negative", "on", "1"),
         18: ("suspend", "o", "*"), 19: ("reinstate", "o", "*"), 20: ("correction", "o", "1"),
         21: ("remark", "o", "*"), 22: ("attempt", "o", "*"), 23: ("lapse", "n", "1"), 24: ("translation", "o", "1"),
         32: ("submit", "o", "*"), 33: ("approve", "o", "1"), 34: ("refuse", "o", "1"), 35: ("cancel", "o", "1"),
         36: ("consent", "o", "1"), 37: ("release", "o", "*"), 38: ("recall", "o", "1"), 39: ("recall done", "o", "1"),
         40: ("recall refused", "o", "1"), 41: ("downgrade", "o", "1"), 42: ("relabel", "o", "1"), 43: ("fate", "n", "1"),
         44: ("request", "o", "*"), 48: ("start", "o", "*"), 49: ("attend", "o", "0"), 50: ("leave", "o", "0"),
         51: ("done", "o", "*"), 52: ("escalated", "n", "1"), 53: ("recess", "o", "0"), 54: ("resume", "o", "1"),
         55: ("stand down", "o", "0"), 56: ("end participation", "o", "0"), 57: ("propose", "o", "*"), 58: ("concur", "o", "1"),
         59: ("withdraw", "o", "1"), 60: ("confirm", "on", "1"), 61: ("reserve", "o", "1"), 62: ("object", "o", "1"),
         63: ("await instructions", "o", "1"), 64: ("decide", "o", "*"),
         65: ("roster", "o", "0"), 66: ("manning", "n", "0"), 67: ("relief", "o", "0"), 68: ("relief accepted", "o", "1"),
         80: ("body", "o", "*"), 81: ("session", "o", "1"), 82: ("item", "o", "1"),
         83: ("commitment", "o", "1"), 84: ("reported", "o", "1"), 85: ("accepted", "o", "1"), 86: ("disputed", "o", "1"),
         87: ("condition", "o", "1"), 88: ("event", "o", "*"), 89: ("text", "o", "1"), 90: ("unit", "o", "1"),
         91: ("agree", "o", "*"), 92: ("concordance", "o", "*"), 93: ("endorse", "o", "1"), 94: ("act", "o", "1"),
         95: ("claim", "o", "1"), 96: ("same", "o", "*")}
PRECEDENCES = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]


class Refused(Exception):
    pass


def need(condition, rule):
    if not condition:
        raise Refused(rule)


def is_party(text):
    return isinstance(text, str) and re.fullmatch(r"[a-z][a-z0-9-]{0,15}", text) is not None


def is_role(text):
    return isinstance(text, str) and re.fullmatch(r"[a-z][a-z0-9-]{0,31}", text) is not None


def is_uint(value, least=0, most=U64):
    return type(value) is int and least <= value <= most


def is_hash(value, length=32):
    return type(value) is bytes and len(value) == length


def typed(value, kind, rule="cbor"):
    need(type(value) is kind, rule)
    return value


# CBOR

def check_value(value, depth):
    if type(value) in (bytes, bool):
        return
    if type(value) is int:
        need(-(1 << 64) <= value <= U64, "cbor")
    elif type(value) is str:
        need(not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", value), "cbor")
    elif type(value) in (list, dict):
        need(depth <= DEPTH_MAX, "cbor")
        for key in value if type(value) is dict else ():
            need(is_uint(key), "cbor")
        for inner in value.values() if type(value) is dict else value:
            check_value(inner, depth + 1)
    else:
        raise Refused("cbor")


@functools.lru_cache(READ_BEFORE)
def decode(raw):
    """One value that is all of raw, to read only. Written again canonically, it gives other bytes if raw is not strict."""
    stream = io.BytesIO(raw)
    try:
        value = cbor2.CBORDecoder(stream).decode()
    except Exception:
        raise Refused("cbor") from None
    need(stream.tell() == len(raw), "cbor")
    check_value(value, 0)
    need(encode(value) == raw, "cbor")
    return value


def encode(value):
    return cbor2.dumps(value, canonical=True)


def read_cbor(raw):
    lines = []

    def walk(value):
        if type(value) is int:
            lines.append(f"uint {value}" if value >= 0 else f"nint {-1 - value}")
        elif type(value) is bool:
            lines.append(f"bool {'true' if value else 'false'}")
        elif type(value) is bytes:
            lines.append(f"bytes {value.hex()}")
        elif type(value) is str:
            lines.append(f"text {value}")
        elif type(value) is list:
            lines.append(f"array {len(value)}")
            for inner in value:
                walk(inner)
        else:
            lines.append(f"map {len(value)}")
            for key, inner in value.items():
                lines.append(f"key {key}")
                walk(inner)
    walk(decode(raw))
    return lines


def check_map(value, required, optional, rule):
    typed(value, dict)
    for key in value:
        need(key in required or key in optional, rule)
    for key in required:
        need(key in value, rule)


def check_list(value, least, most, rule):
    typed(value, list)
    need(least <= len(value) <= most, rule)


def check_tuple(value, members, rule):
    check_list(value, members, members, rule)


def number(value, least, most, rule):
    need(is_uint(value), "cbor")
    need(least <= value <= most, rule)


def check_name(value, is_good, rule):
    typed(value, str)
    need(is_good(value), rule)


def check_fixed(value, length):
    need(is_hash(value, length), "cbor")


# The parts

def read_origin(text):
    match = re.fullmatch(r"([0-9a-f]{32})/([1-9][0-9]{0,2})/([a-z][a-z0-9-]{0,15})/([1-9][0-9]{0,9})", text)
    if match is None or int(match[4]) > U32:
        return None
    return bytes.fromhex(match[1]), int(match[2]), match[3], int(match[4])


def label_lines(value):
    check_tuple(value, 2, "label.form")
    level, categories = value
    typed(level, str)
    check_list(categories, 0, 16, "label.limit")
    count = 0
    for category in categories:
        check_tuple(category, 2, "label.form")
        typed(category[0], str)
        typed(category[1], list)
        count += len(category[1])
        need(count <= 64, "label.limit")
        for text in category[1]:
            typed(text, str)
    need(level != "", "label.level")
    for name, values in categories:
        need(name != "" and values and "" not in values, "label.category")
    names = [name.encode() for name, _ in categories]
    need(names == sorted(set(names)), "label.order")
    for _, values in categories:
        raw = [text.encode() for text in values]
        need(raw == sorted(set(raw)), "label.order")
    return [f"label {level}"] + [f"category {name} {text}" for name, values in categories for text in values]


def read_label(raw):
    return label_lines(decode(raw))


def place_line(word, value, rule="statement.place"):
    check_tuple(value, 5, rule)
    channel, party, epoch, index, leaf = value
    number(channel, 1, 999, rule)
    check_name(party, is_party, rule)
    number(epoch, 1, U32, rule)
    number(index, 0, SIZE_MAX - 1, rule)
    check_fixed(leaf, 32)
    return f"{word} {channel} {party} {epoch} {index} {leaf.hex()}"


def has_map(value):
    return type(value) is dict or (type(value) is list and any(has_map(inner) for inner in value))


def field_lines(value, rule):
    typed(value, dict)
    need(1 <= len(value) <= FIELDS, rule)
    need(not any(has_map(inner) for inner in value.values()), "cbor")
    return [f"field {key} {encode(inner).hex()}" for key, inner in value.items()]


def is_list_of(value, members):
    return type(value) is list and len(value) == members


def is_head(value, least=1):
    return is_list_of(value, 2) and is_uint(value[0], least, SIZE_MAX) and is_hash(value[1])


def is_old_log(value):
    return is_list_of(value, 3) and is_uint(value[0], 1, U32) and is_head(value[1:], 0)


def is_blob(value, most):
    return type(value) is bytes and 1 <= len(value) <= most


def is_code(value):
    return type(value) is str and 1 <= len(value.encode()) <= 16


def is_words(text):
    return type(text) is str and 1 <= len(text.encode()) <= 200


def is_language(tag):
    return type(tag) is str and len(tag) <= 35 and re.fullmatch(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*", tag)


def is_lasting_name(text):
    return type(text) is str and re.fullmatch(r"[a-z][a-z0-9-]{0,47}", text)


def day_span(text):
    """First moment and the first behind the last, in milliseconds; None: it is no date."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})Z)?)?)?", text, re.ASCII)
    if not found:
        return None
    year, month, day, hour, minute = (None if part is None else int(part) for part in found.groups())
    try:
        first = datetime.datetime(year, month or 1, day or 1, hour or 0, minute or 0)
    except ValueError:
        return None
    if not 1900 <= year <= 2199:
        return None
    if hour is not None:
        end = first + datetime.timedelta(minutes=1)
    elif day is not None:
        end = first + datetime.timedelta(days=1)
    else:
        end = datetime.datetime(year + (month in (None, 12)), 1 if month in (None, 12) else month + 1, 1)
    return tuple(max(0, int((one - datetime.datetime(1970, 1, 1)).total_seconds() * 1000)) for one in (first, end))


def is_date(text):
    if type(text) is not str or len(text) > 35:
        return False
    spans = [day_span(part) for part in text.split("/")]
    return len(spans) <= 2 and None not in spans and (len(spans) == 1 or all(a <= b for a, b in zip(*spans)))


def is_where(text):
    """A point, or a closed ring of at least three corners that encloses something: latitude first."""
    if type(text) is not str or not re.fullmatch(r"(-?\d{1,3}(\.\d{1,5})?,-?\d{1,3}(\.\d{1,5})?( (?!$)|$))+", text, re.ASCII):
        return False
    points = [tuple(round(float(part) * 100000) for part in point.split(",")) for point in text.split(" ")]
    if not all(abs(lat) <= 9000000 and abs(lon) <= 18000000 for lat, lon in points):
        return False
    turn = sum(a[1] * b[0] - b[1] * a[0] for a, b in zip(points, points[1:]))
    return len(points) == 1 or (4 <= len(points) <= 33 and points[0] == points[-1] and turn != 0)


def are_texts(value, most, *checks):
    """Texts by turns as the checks say, up to `most` of them."""
    return type(value) is list and 1 <= len(value) <= most and len(value) % len(checks) == 0 and \
        all(checks[i % len(checks)](text) for i, text in enumerate(value))


def is_text_of(most):
    return lambda text: type(text) is str and 1 <= len(text.encode()) <= most


DIALOGUE_VALUES = {
    **{key: is_lasting_name for key in (1, 13, 16, 27)}, 3: lambda v: is_uint(v, 0, 255), 4: is_date, 6: is_text_of(255),
    **{key: lambda v: are_texts(v, 8, is_language, is_text_of(600)) for key in (2, 7, 8, 23, 25)}, 20: is_lasting_name, 21: is_lasting_name, 22: is_where,
    **{key: lambda v: are_texts(v, 8, is_code) for key in (5, 9)}, 10: lambda v: is_uint(v, 0, U32),
    11: lambda v: are_texts(v, 4, is_language), 12: lambda v: are_texts(v, 64, is_role),
    15: lambda v: are_texts(v, 64, is_text_of(160), is_text_of(160)), 18: is_hash,
    17: lambda v: type(v) is str and len(v.encode()) <= 2400, 19: lambda v: are_texts(v, 8, is_lasting_name),
    26: lambda v: v in ("meeting", "side-meeting", "call"), 24: lambda v: type(v) is str and v.count("/") == 1 and all(is_lasting_name(name) for name in v.split("/"))}
DIALOGUE_NEEDS = {80: {1, 2}, 81: {1, 2}, 82: {1, 2}, 83: {1, 2, 5}, 86: {7}, 87: {1, 2, 16}, 88: {1, 2}, 89: {1, 2, 11}, 90: {1, 11, 17},
                  93: {3, 18}, 94: {3}, 95: {1, 6, 7}}


ACT_NEEDS = {3: {13}, 10: {18}, 15: {7}, 19: {7}}


def is_dialogue_right(kind, fields):
    needs = DIALOGUE_NEEDS.get(kind, set()) | ({4} if kind == 93 and fields.get(3) == 2 else ACT_NEEDS.get(fields.get(3), set()) if kind == 94 and type(fields.get(3)) is int else set())
    return needs <= set(fields) and sum(len(encode(key)) + len(encode(value)) for key, value in fields.items()) <= 3000 and \
        all(DIALOGUE_VALUES.get(key, lambda v: True)(value) for key, value in fields.items())


def are_shifts(value, each, span_s, people):
    if type(value) is not list or len(value) > each * 512 or len(value) % each:
        return False
    last = (-1, 0)
    for begin, end, rung, person in ((*value[i:i + each], 0, 0)[:4] for i in range(0, len(value), each)):
        if not is_uint(begin, 0, span_s) or not is_uint(end, 0, span_s) or end <= begin or not is_uint(rung, 0, 3) or \
                not is_uint(person) or each == 4 and person >= people or (begin, rung) <= last:
            return False
        last = (begin, rung)
    return True


def is_roster(fields):
    post, start, end, people, shifts, gaps = (fields.get(i, []) for i in range(1, 7))
    if not is_role(post) or not is_uint(start, 0, TIME_END - 1) or not is_uint(end, 0, TIME_END - 1) or start % 1000 or end % 1000 or \
            not 0 < end - start <= 62 * 86400000:
        return False
    if type(people) is not list or len(people) > 96 or len(people) % 3 or \
            not all(type(text) is str and (i % 3 == 0) <= len(text.encode()) <= (160 if i % 3 else 60) for i, text in enumerate(people)):
        return False
    span_s = (end - start) // 1000
    return are_shifts(shifts, 4, span_s, len(people) // 3) and are_shifts(gaps, 2, span_s, 1)


def is_relief(fields):
    items, note = fields.get(2), fields.get(3, "x")
    checks = [lambda v: is_uint(v, 0, 65535), lambda v: type(v) is str and len(v.encode()) <= 16, lambda v: is_uint(v, 0, U32),
              lambda v: is_uint(v, 0, SIZE_MAX), is_text_of(160)]
    return is_role(fields.get(1)) and type(items) is list and len(items) <= 320 and len(items) % 5 == 0 and \
        all(checks[i % 5](value) for i, value in enumerate(items)) and is_text_of(600)(note)


def is_kind_right(kind, channel, claimed, fields):
    """What the fields of key 14 must be, by kind."""
    if 80 <= kind <= 96 and kind in KINDS:
        return is_dialogue_right(kind, fields)
    if kind == 65:
        return is_roster(fields)
    if kind == 66:
        return is_role(fields.get(1)) and is_uint(fields.get(2), 0, 32) and all(is_uint(fields.get(i), 0, TIME_END - 1) for i in (3, 4)) and \
            is_uint(fields.get(5), 0, 1)
    if kind == 67:
        return is_relief(fields)
    if kind == 0:
        old, given_up = fields.get(2), fields.get(3)
        if 2 in fields and (channel == 0 or not is_old_log(old)):
            return False
        if 3 in fields and (2 not in fields or not is_head(given_up)):
            return False
        return is_hash(fields.get(1))
    if kind == 1:
        act, use, key, holder, roles = (fields.get(i) for i in range(1, 6))
        if not is_uint(act, 0, 1) or not is_uint(use, 0, 4) or type(key) is not bytes or not 1 <= len(key) <= 2048:
            return False
        if use <= 2 and len(key) != 32 or use == 4 and len(key) not in (32, 1216):
            return False
        if 4 in fields and not is_uint(holder):
            return False
        if 5 in fields and not (type(roles) is list and len(roles) <= 64 and all(is_role(role) for role in roles)):
            return False
        return act == 1 or use < 3 or (bool(roles) and (use == 4 or holder is not None))
    if kind == 41 and 2 in fields and not (is_uint(fields[2], 0, TIME_END - 1) and fields[2] >= claimed):
        return False
    if kind in (2, 36, 41, 42):
        return is_hash(fields.get(1)) and (kind != 36 or 2 not in fields or is_code(fields[2]))
    if kind in (32, 33):
        return is_blob(fields.get(1), 60000 if kind == 32 else 4096) and (kind == 33 or is_blob(fields.get(2), 4096))
    if kind == 37:
        codes = fields.get(2, ["X"])
        return is_hash(fields.get(1, bytes(32))) and type(codes) is list and 1 <= len(codes) <= 32 and all(map(is_code, codes))
    if kind == 39:
        roles = fields.get(1, [])
        return type(roles) is list and len(roles) <= 64 and all(map(is_role, roles)) and is_uint(fields.get(2), 0, 1)
    if kind == 40:
        return is_uint(fields.get(1), 0, 2)
    if kind == 43:
        return is_uint(fields.get(1), 0, TIME_END - 1)
    if kind == 9 and 1 in fields:
        hashes = fields[1]
        return type(hashes) is list and len(hashes) <= 16 and all(map(is_hash, hashes)) and hashes == sorted(set(hashes))
    if kind == 23:
        return is_uint(fields.get(1), 0, 1) and all(is_role(fields[key]) for key in (2, 3, 4) if key in fields) and \
            (5 not in fields or is_party(fields[5]))
    if kind == 22:
        return all(is_words(fields[key]) for key in (1, 3) if key in fields) and is_uint(fields.get(2, 0), 0, 3)
    if kind == 48:
        return is_hash(fields.get(1)) and is_uint(fields.get(2), 0, 3)
    if kind in (49, 50, 51, 52, 57, 64):
        return is_role(fields.get(1)) and (kind not in (57, 64) or is_role(fields.get(2))) and \
            (kind != 52 or is_uint(fields.get(2), 0, 4) and is_uint(fields.get(3, 0), 0, 15)) and (kind != 57 or is_hash(fields.get(3)))
    if kind == 11:
        return is_uint(fields.get(1), 0, 1) and (2 not in fields or fields[1] == 1 and is_uint(fields[2]))
    if kind == 15:
        return is_uint(fields.get(1), 0, TIME_END - 1)
    if kind == 24:
        return is_uint(fields.get(1), 0, 4) and is_language(fields.get(2))
    return kind != 17 or is_uint(fields.get(1), 0, 3)


# The statement, key by key

def seen_lines(s):
    rule, lines, parties = "statement.seen", [], []
    check_list(s[8], 0, 0 if s[3] == 0 else PARTIES - 1, rule)
    for item in s[8]:
        check_tuple(item, 3, rule)
        check_name(item[0], is_party, rule)
        number(item[1], 1, U32, rule)
        number(item[2], 1, SIZE_MAX, rule)
        parties.append(item[0])
        lines.append("seen {} {} {}".format(*item))
    need(parties == sorted(set(parties)) and s[6][0] not in parties, rule)
    return lines


def addressee_lines(value):
    rule, lines = "statement.addressees", []
    check_list(value, 1, ADDRESSEES, rule)
    for item in value:
        check_tuple(item, 3, rule)
        check_name(item[0], is_party, rule)
        check_name(item[1], is_role, rule)
        number(item[2], 0, 1, rule)
        lines.append(f"addressee {item[0]} {item[1]} {'information' if item[2] else 'action'}")
    order = [tuple(item) for item in value]
    need(order == sorted(set(order)), rule)
    return lines


def form_lines(value):
    check_tuple(value, 2, "statement.form")
    typed(value[0], str)
    need(1 <= len(value[0].encode()) <= 32, "statement.form")
    number(value[1], 0, U64, "cbor")
    return [f"form {value[0]} {value[1]}"]


def content_ref_lines(value):
    check_tuple(value, 3, "statement.content")
    check_fixed(value[0], 32)
    number(value[1], 1, CONTENT_MAX, "statement.content")
    number(value[2], 0, 2, "statement.content")
    return [f"content {value[0].hex()} {value[1]} {value[2]}"]


def author_lines(s):
    check_tuple(s[6], 2, "statement.author")
    check_name(s[6][0], is_party, "statement.party")
    check_name(s[6][1], is_role, "statement.role")
    need(("n" if s[6][1] == "node" else "o") in KINDS.get(s[5], ("", "on", "*"))[1], "statement.author")
    return [f"author {s[6][0]} {s[6][1]}"]


def precedence_lines(value):
    number(value, 0, 3, "statement.precedence")
    return [f"precedence {PRECEDENCES[value]}"]


def acting_lines(value):
    check_name(value, is_role, "statement.acting")
    return [f"acting {value}"]


def blob_lines(value):
    rule = "statement.blobs"
    check_list(value, 1, 16, rule)
    for blob in value:
        check_tuple(blob, 2, rule)
        check_fixed(blob[0], 32)
        number(blob[1], 1, ATTACHMENT_MAX, rule)
    return [f"blob {hash_.hex()} {length}" for hash_, length in value]


def refers_lines(value):
    check_list(value, 1, REFERENCES, "statement.refers")
    return [place_line("refers", place) for place in value]


OPTIONAL = {9: addressee_lines, 10: precedence_lines, 11: label_lines, 12: refers_lines, 13: form_lines,
            14: lambda value: field_lines(value, "statement.fields"), 15: content_ref_lines,
            16: lambda value: [place_line("instance", value)], 17: acting_lines, 18: blob_lines}


def statement_lines(s):
    check_map(s, range(1, 9), range(9, 19), "statement.key")
    number(s[1], 1, 1, "statement.version")
    check_fixed(s[2], 16)
    number(s[3], 0, 999, "statement.channel")
    check_fixed(s[4], 16)
    need(is_uint(s[5]), "cbor")
    need(s[3] != 0 or s[5] <= 2, "statement.channel")
    lines = [f"accord {s[2].hex()}", f"channel {s[3]}", f"id {s[4].hex()}",
             f"kind {s[5]} {KINDS.get(s[5], ('unknown',))[0]}"]
    lines += author_lines(s)
    number(s[7], 0, TIME_END - 1, "statement.time")
    lines += [f"claimed {s[7]}"] + seen_lines(s)
    for key, lines_of in OPTIONAL.items():
        if key in s:
            lines += lines_of(s[key])
    need(s[6][1] == "node" or 11 in s, "statement.label")
    need(18 not in s or 15 in s and s[15][2] != 0, "statement.blobs")
    refers = KINDS.get(s[5], ("", "", "*"))[2]
    need(refers == "*" or len(s.get(12, [])) == int(refers), "statement.refers")
    need(s[5] not in KINDS or is_kind_right(s[5], s[3], s[7], s.get(14, {})), "statement.field")
    return lines


def read_statement(raw):
    return statement_lines(decode(raw))


@functools.lru_cache(READ_BEFORE)
def read_entry(raw):
    need(len(raw) <= ENTRY_MAX, "entry.limit")
    e = decode(raw)
    check_map(e, range(1, 6), [6], "entry.key")
    number(e[1], 1, 1, "entry.version")
    typed(e[2], str)
    origin = read_origin(e[2])
    need(origin is not None, "entry.origin")
    number(e[3], 0, SIZE_MAX - 1, "entry.index")
    number(e[4], 0, TIME_END - 1, "entry.time")
    typed(e[5], bytes)
    if 6 in e:
        check_list(e[6], 1, SIGNATURES, "entry.signatures")
        for signature in e[6]:
            need(1 <= len(typed(signature, bytes)) <= SSHSIG_MAX, "entry.signatures")
    s = decode(e[5])
    lines = statement_lines(s)
    accord, channel, party, epoch = origin
    need(s[2] == accord, "entry.accord")
    need(s[3] in (0, channel), "entry.channel")
    need(s[6][0] == party, "entry.party")
    need((s[6][1] == "node") == (6 not in e), "entry.signatures")
    need((e[3] == 0) == (s[5] == 0), "entry.open")
    if s[5] == 0:
        old = s[14].get(2)
        need(epoch == 1 if old is None else old[0] < epoch, "entry.open")
    return [f"origin {e[2]}", f"index {e[3]}", f"filed {e[4]}"] + \
        [f"signature {signature.hex()}" for signature in e.get(6, [])] + lines


def is_file_name(name):
    return 1 <= len(name.encode()) <= 255 and not re.search(r"[/\\\x00-\x1f]", name) and name not in (".", "..")


def attachment_lines(value):
    rule = "content.attachment"
    check_list(value, 4, 5, rule)
    check_fixed(value[0], 32)
    number(value[1], 1, ATTACHMENT_MAX, rule)
    typed(value[2], str)
    need(re.fullmatch(r"[ -~]{1,127}", value[2]) and "/" in value[2], rule)
    typed(value[3], str)
    need(is_file_name(value[3]), rule)
    return [f"attachment {value[0].hex()} {value[1]} {value[2]} {value[3]}"] + \
        [line for label in value[4:] for line in label_lines(label)]


def read_content(raw):
    need(len(raw) <= CONTENT_MAX, "content.limit")
    c = decode(raw)
    check_map(c, (1, 2), range(3, 8), "content.key")
    check_fixed(c[1], 16)
    typed(c[2], str)
    need(is_language(c[2]), "content.language")
    lines = [f"salt {c[1].hex()}", f"language {c[2]}"]
    if 3 in c:
        need(typed(c[3], str) != "", "content.subject")
        lines.append(f"subject {c[3]}")
    if 4 in c:
        check_list(c[4], 1, 64, "content.portions")
        for portion in c[4]:
            check_list(portion, 1, 2, "content.portions")
            lines.append(f"portion {typed(portion[0], str)}")
            lines += [line for label in portion[1:] for line in label_lines(label)]
    if 5 in c:
        lines += field_lines(c[5], "content.fields")
    if 6 in c:
        check_list(c[6], 1, 16, "content.attachments")
        for attachment in c[6]:
            lines += attachment_lines(attachment)
    if 7 in c:
        need(not any(typed(c[7], bytes)), "content.padding")
        lines.append(f"padding {len(c[7])}")
    return lines


# Notes are text

def decode_base64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return raw if base64.b64encode(raw) == text else None


def split_line(line):
    """Name, owner and bytes of one line without its newline; None if it is no line."""
    match = re.fullmatch("— ([0-9a-z/-]+) ([A-Za-z0-9+/=]+)".encode(), line)
    if match is None:
        return None
    name, blob = match[1].decode(), decode_base64(match[2])
    if blob is None:
        return None
    if read_origin(name) is not None and len(blob) == 4 + 64:
        return name, "log", blob
    if re.fullmatch(r"[0-9a-f]{32}/[a-z][a-z0-9-]{0,15}/mirror", name) and len(blob) == 4 + 8 + 64:
        return name, "mirror", blob
    return None


def line_text(name, blob):
    return f"line {name} {blob[:4].hex()} {blob[4:].hex()}"


def read_note(raw):
    need(len(raw) <= NOTE_MAX, "note.limit")
    parts = raw.split(b"\n")
    need(len(parts) > 4, "note.text")
    origin, size, root, empty = parts[:4]
    need(read_origin(origin.decode("latin-1")) is not None, "note.origin")
    need(re.fullmatch(rb"0|[1-9][0-9]{0,15}", size) and int(size) <= SIZE_MAX, "note.size")
    root = decode_base64(root)
    need(root is not None and len(root) == 32, "note.root")
    need(empty == b"", "note.text")
    need(parts[-1] == b"" and len(parts) > 5, "note.line")
    lines = [f"origin {origin.decode()}", f"size {int(size)}", f"root {root.hex()}"]
    for place, part in enumerate(parts[4:-1]):
        need(place < 17, "note.limit")
        line = split_line(part)
        need(line is not None, "note.line")
        name, owner, blob = line
        need(name == origin.decode() if owner == "log" else place > 0 and name[:32] == origin.decode()[:32], "note.line")
        lines.append(line_text(name, blob))
    return lines


# Frames: whatever is wrong, the link is closed

def is_text(value, most):
    return type(value) is str and 1 <= len(value.encode()) <= most


def is_blob(value, most):
    return type(value) is bytes and 1 <= len(value) <= most


# Short codes (link.md section 6): the book of these vectors, and what is rebuilt by it

ACCORD = bytes.fromhex("7827688030a59330cebfc23f9c8d5f02")
WORDS = [[["rel", ["ALBA", "BOREA"]]], "rel", "node", "N01", "alba", "ALBA", "borea", "BOREA", "head", "watch"]
KEY_TYPES = {b"ssh-ed25519": 0, b"ecdsa-sha2-nistp256": 0, b"sk-ssh-ed25519@openssh.com": 5,
             b"sk-ecdsa-sha2-nistp256@openssh.com": 5}  # bytes behind a signature's string
CHANNEL, KIND, AUTHOR, CLAIMED, SEEN, PRECEDENCE, CONTENT = 3, 5, 6, 7, 8, 10, 15


def over_ints(value, change):
    if type(value) is list:
        return [over_ints(inner, change) for inner in value]
    if type(value) is dict:
        return {key: over_ints(inner, change) for key, inner in value.items()}
    return change(value) if type(value) is int else value


def shrink(value):
    """A value's short form."""
    for number, word in enumerate(WORDS):
        if type(value) is type(word) and value == word:
            return -1 - number
    if type(value) is list:
        return [shrink(inner) for inner in value]
    if type(value) is dict:
        return {key: shrink(inner) for key, inner in value.items()}
    return value - len(WORDS) if type(value) is int and value < 0 else value


def expand(value):
    def word(number):
        if number >= 0:
            return number
        return WORDS[-1 - number] if -1 - number < len(WORDS) else number + len(WORDS)
    out = over_ints(value, word)
    need(encode(shrink(out)) == encode(value), "FRAME")
    return out


def ssh_strings(raw):
    """All SSH strings of raw; what is left in the end."""
    out = []
    while len(raw) >= 4 and len(raw) - 4 >= int.from_bytes(raw[:4], "big"):
        end = 4 + int.from_bytes(raw[:4], "big")
        out.append(raw[4:end])
        raw = raw[end:]
    return out, raw


def ssh_string(raw):
    return len(raw).to_bytes(4, "big") + raw


class Shorts:
    """What one frame's short forms are compared with."""

    def __init__(self, channel, party):
        self.party, self.lead, self.keys = party, 0, []
        self.last = {CHANNEL: channel, KIND: 8, SEEN: [], PRECEDENCE: 0}

    def statement(self, raw, beside, content):
        short, out = decode(raw), {1: 1, 2: ACCORD}
        need(type(short) is dict and all(3 <= key <= 18 for key in short), "FRAME")
        last, named = dict(self.last), None
        if content is not None:
            named = [hashlib.sha256(content).digest(), len(content), 0]
            last[CONTENT] = named
        for key in range(3, 19):
            was = last.get(key)
            if key not in short:
                value = self.lead if key == CLAIMED else was
            elif key == CLAIMED:
                value = short[key]
                need(type(value) is int and -TIME_END <= value < TIME_END and value != self.lead, "FRAME")
            elif short[key] is False:
                need(was is not None, "FRAME")
                value = None
            elif key == CONTENT and type(short[key]) is int and short[key] >= 0:
                need(named is not None and 1 <= short[key] <= 2, "FRAME")
                value = named[:2] + [short[key]]
            else:
                need(short[key] is not True, "FRAME")
                value = expand(short[key])
                need(was is None or encode(value) != encode(was), "FRAME")
                need(key != CONTENT or named is None or encode(value) not in
                     [encode(named[:2] + [sealing]) for sealing in range(3)], "FRAME")
            if key == CLAIMED:
                self.lead, value = value, beside - value
                need(0 <= value < TIME_END, "FRAME")
            elif value is None:
                last.pop(key, None)
                continue
            else:
                last[key] = value
            out[key] = [self.party, value] if key == AUTHOR else value
        last.pop(CONTENT, None)
        self.last = last
        return encode(out)

    def signature(self, value):
        if type(value) is not list:
            need(is_blob(value, SSHSIG_MAX), "FRAME")
            return value
        need(len(value) == 2 and type(value[1]) is bytes and len(value[1]) <= SSHSIG_MAX, "FRAME")
        key, rest = value
        if type(key) is bytes:
            need(key not in self.keys and len(key) <= SSHSIG_MAX, "FRAME")
            if len(self.keys) < 64:
                self.keys.append(key)
        else:
            need(is_uint(key) and key < len(self.keys), "FRAME")
            key = self.keys[key]
        parts, left = ssh_strings(key)
        need(parts and parts[0] in KEY_TYPES and left == b"" and is_key(parts) and len(key) <= 512, "FRAME")
        need(len(rest) >= KEY_TYPES[parts[0]], "FRAME")
        signature = ssh_string(parts[0]) + (len(rest) - KEY_TYPES[parts[0]]).to_bytes(4, "big") + rest
        blob = b"SSHSIG\0\0\0\1" + b"".join(map(ssh_string, (key, b"entente-statement-v1", b"", b"sha512", signature)))
        need(len(blob) <= SSHSIG_MAX, "FRAME")
        return blob


def is_key(parts):
    token = 1 if parts[0].startswith(b"sk-") else 0
    if token and (parts[-1] == b"" or b"\0" in parts[-1]):
        return False
    if b"ed25519" in parts[0]:
        return len(parts) == 2 + token and len(parts[1]) == 32
    return len(parts) == 3 + token and parts[1] == b"nistp256" and len(parts[2]) == 65


def frame_origin(value):
    if type(value) is list:
        value = expand(value)
        need(is_list_of(value, 3) and is_uint(value[0], 1, 999) and is_party(value[1]) and is_uint(value[2], 1, U32), "FRAME")
        value = f"{ACCORD.hex()}/{value[0]}/{value[1]}/{value[2]}"
    need(type(value) is str and read_origin(value) is not None, "FRAME")
    return f"origin {value}"


def frame_note(value, origin, size):
    """As text, and its root, key id and signature."""
    if type(value) is not bytes:
        return value
    need(len(value) == 100, "FRAME")
    root, signed = base64.b64encode(value[:32]).decode(), base64.b64encode(value[32:]).decode()
    return f"{origin}\n{size}\n{root}\n\n— {origin} {signed}\n"


def frame_line(value):
    if type(value) is not list:
        return value
    value = expand(value)
    need(is_list_of(value, 2) and is_party(value[0]) and type(value[1]) is bytes and len(value[1]) == 76, "FRAME")
    return f"— {ACCORD.hex()}/{value[0]}/mirror {base64.b64encode(value[1]).decode()}\n"


def hello_lines(p):
    need(type(p) is list and p and is_uint(p[0]), "FRAME")
    need(p[0] == 2, "PROTOCOL")
    need(len(p) in (7, 8) and is_hash(p[1], 16) and is_hash(p[2]) and is_blob(p[3], MANIFEST_MAX) and is_party(p[4]), "FRAME")
    need(is_uint(p[5], 0, TIME_END - 1) and type(p[6]) is list and len(p[6]) <= NOTES_MAX, "FRAME")
    need(all(is_text(note, NOTE_MAX) for note in p[6]), "FRAME")
    return [f"protocol {p[0]}", f"accord {p[1].hex()}", f"hash {p[2].hex()}", f"manifest {p[3].hex()}",
            f"party {p[4]}", f"clock {p[5]}"] + [f"note {note}" for note in p[6]] + held_lines(p[7:])


def held_lines(rest):
    """Versions of the accord, in a member that need not be there."""
    need(not rest or (type(rest[0]) is list and 2 <= len(rest[0]) <= 16 and all(map(is_hash, rest[0]))), "FRAME")
    return [f"held {one.hex()}" for one in rest[0]] if rest else []


def heads_lines(p):
    need(type(p) is list and len(p) in (1, 2) and type(p[0]) is list and len(p[0]) <= NOTES_MAX, "FRAME")
    need(all(is_text(note, NOTE_MAX) for note in p[0]), "FRAME")
    return [f"note {note}" for note in p[0]] + held_lines(p[1:])


def want_lines(p):
    need(is_list_of(p, 3), "FRAME")
    line = frame_origin(p[0])
    need(is_uint(p[1], 0, SIZE_MAX - 1) and is_uint(p[2], p[1] + 1, SIZE_MAX), "FRAME")
    return [line, f"range {p[1]} {p[2]}"]


def beside_lines(value):
    if type(value) is list:
        return None, [place_line("eraser", value, "FRAME")]
    need(is_blob(value, CONTENT_MAX), "FRAME")
    return value, [f"content {value.hex()}"]


def batch_lines(p):
    need(is_list_of(p, 4), "FRAME")
    lines = [frame_origin(p[0])]
    origin = lines[0].split(" ")[1]
    _, channel, party, _ = origin.split("/")
    shorts, filed, rebuilt = Shorts(int(channel), party), 0, 0
    need(is_uint(p[1], 0, SIZE_MAX - BATCH_MAX) and type(p[2]) is list and 1 <= len(p[2]) <= BATCH_MAX, "FRAME")
    lines.append(f"first {p[1]}")
    for index, item in enumerate(p[2], p[1]):
        need(type(item) is list and 1 <= len(item) <= 4, "FRAME")
        content, beside = beside_lines(item[-1]) if len(item) in (2, 4) else (None, [])
        if len(item) <= 2:
            need(is_blob(item[0], ENTRY_MAX), "FRAME")
            entry = item[0]
        else:
            difference, step, signatures = item[:3]
            need(type(difference) is bytes and type(step) is int and -TIME_END <= step < TIME_END, "FRAME")
            filed += step
            need(0 <= filed < TIME_END and type(signatures) is list and len(signatures) <= SIGNATURES, "FRAME")
            blobs = [shorts.signature(signature) for signature in signatures]
            entry = {1: 1, 2: origin, 3: index, 4: filed, 5: shorts.statement(difference, filed, content)}
            entry = encode({**entry, 6: blobs} if blobs else entry)
            rebuilt += len(entry)
            need(len(entry) <= ENTRY_MAX and rebuilt <= FRAME_MAX, "FRAME")
        lines += [f"entry {entry.hex()}"] + beside
    end = p[1] + len(p[2])
    text = frame_note(p[3], origin, end)
    need(is_text(text, NOTE_MAX), "FRAME")
    note = read_note(text.encode())
    need(note[:2] == [f"origin {origin}", f"size {end}"], "FRAME")
    return lines + [f"note {text}"]


def cosignature_lines(p):
    need(is_list_of(p, 3), "FRAME")
    lines = [frame_origin(p[0])]
    text = frame_line(p[2])
    need(is_uint(p[1], 1, SIZE_MAX) and is_text(text, 512) and text.endswith("\n"), "FRAME")
    line = split_line(text[:-1].encode())
    need(line is not None, "FRAME")
    return lines + [f"size {p[1]}", line_text(line[0], line[2])]


def advance_lines(p):
    need(type(p) is list and 3 <= len(p) <= 4, "FRAME")
    lines = [frame_origin(p[0])]
    _, channel, party, _ = lines[0].split(" ")[1].split("/")
    shorts, statement, content = Shorts(int(channel), party), p[1], p[3] if len(p) == 4 else None
    need(content is None or is_blob(content, CONTENT_MAX), "FRAME")
    need(type(p[2]) is list and 1 <= len(p[2]) <= SIGNATURES, "FRAME")
    if type(statement) is list:
        need(len(statement) == 2 and is_uint(statement[0], 0, TIME_END - 1) and type(statement[1]) is bytes, "FRAME")
        statement = shorts.statement(statement[1], statement[0], content)
        need(shorts.lead == 0, "FRAME")
    need(is_blob(statement, ENTRY_MAX), "FRAME")
    signatures = [shorts.signature(signature) for signature in p[2]]
    return lines + [f"statement {statement.hex()}"] + [f"signature {signature.hex()}" for signature in signatures] + \
        ([] if content is None else [f"content {content.hex()}"])


def refuse_lines(p):
    need(is_list_of(p, 4), "FRAME")
    lines = [frame_origin(p[0])]
    need(is_uint(p[1], 0, SIZE_MAX) and is_uint(p[2], 0, FRAME_MAX), "FRAME")
    need(is_text(p[3], 64) and re.fullmatch(r"[a-z0-9.-]+", p[3]), "FRAME")
    return lines + [f"index {p[1]}", f"offset {p[2]}", f"rule {p[3]}"]


def piece_lines(p):
    need(is_list_of(p, 4) and is_hash(p[0]), "FRAME")
    need(is_uint(p[1], 0, ATTACHMENT_MAX - 1) and is_uint(p[2], p[1] + 1, ATTACHMENT_MAX), "FRAME")
    need(is_blob(p[3], min(PIECE_MAX, p[2] - p[1])), "FRAME")
    return [f"hash {p[0].hex()}", f"offset {p[1]}", f"total {p[2]}", f"piece {p[3].hex()}"]


def ping_lines(p):
    need(is_list_of(p, 2) and type(p[0]) is bool and is_uint(p[1]), "FRAME")
    return [f"answer {'true' if p[0] else 'false'}", f"token {p[1]}"]


def end_lines(p):
    need(is_list_of(p, 1) and is_uint(p[0]), "FRAME")
    return [f"frames {p[0]}"]


def fetch_lines(p):
    need(is_list_of(p, 2) and is_hash(p[0]) and is_uint(p[1], 0, ATTACHMENT_MAX - 1), "FRAME")
    return [f"hash {p[0].hex()}", f"offset {p[1]}"]


def part_lines(p):
    need(is_list_of(p, 3) and is_uint(p[0], 1, 5) and is_uint(p[1], 0, FRAME_MAX) and is_blob(p[2], 16640), "FRAME")
    need(p[1] == 0 or len(p[2]) >= 1024, "FRAME")
    return [f"urgency {p[0]}", f"left {p[1]}", f"piece {p[2].hex()}"]


FRAMES = {1: ("HELLO", hello_lines), 2: ("WANT", want_lines), 3: ("BATCH", batch_lines),
          4: ("COSIGNATURE", cosignature_lines), 5: ("ADVANCE", advance_lines), 6: ("REFUSE", refuse_lines),
          7: ("ATTACHMENT", piece_lines), 8: ("PING", ping_lines), 9: ("FETCH", fetch_lines),
          10: ("PART", part_lines), 11: ("HEADS", heads_lines), 12: ("END", end_lines)}


def read_frame(raw):
    """One whole frame; bytes after it are the next one's."""
    need(len(raw) >= 4, "SHORT")
    length = int.from_bytes(raw[:4], "big")
    need(1 <= length <= FRAME_MAX, "FRAME")
    need(len(raw) >= 5, "SHORT")
    need(raw[4] in FRAMES, "FRAME")
    need(len(raw) >= 4 + length, "SHORT")
    name, lines_of = FRAMES[raw[4]]
    try:
        return [f"kind {name}"] + lines_of(decode(raw[5:4 + length]))
    except Refused as why:
        raise Refused(why.args[0] if why.args[0] == "PROTOCOL" else "FRAME") from None


READERS = {"cbor": read_cbor, "label": read_label, "statement": read_statement, "entry": read_entry,
           "content": read_content, "note": read_note, "frame": read_frame}
