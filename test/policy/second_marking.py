"""A second renderer of labels, written from docs/spec/guidelines.md section 6: it shares no code with src/policy."""
REL = {"ko": ("", " 제공")}
FROM = {"ko": ("", " 출처")}


def around(frame, text):
    return frame[0] + text + frame[1]


def listed(g, parties):
    return ", ".join(one for one in g.parties() if one in parties) or "-"


def lower(text):
    """Of ASCII letters only."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def name_of(g, kind, code, at):
    return g.names[kind, code][at].partition(" ")[2]


def title(g, kind, code, at, frames):
    name = name_of(g, kind, code, at)
    for before, after in frames:
        if before and lower(name).startswith(lower(before)) or after and name.endswith(after):
            return f"[{code}]"
    if set(name) & set("/[]"):
        return f"[{code}]"
    same = [one for other, one in g.names if other == kind and lower(name_of(g, kind, one, at)) == lower(name)]
    return name if same == [code] else f"{name} [{code}]"


def banner(g, languages, language, label, author=None):
    at = languages.index(language)
    rel, origin = REL.get(language, ("REL TO ", "")), FROM.get(language, ("FROM ", ""))
    out = [title(g, "level", label.level, at, [rel, origin])]
    for category in g.rules:
        values = [code for code, value in g.values.items() if value["category"] == category and code in label.values]
        out += ["/".join(title(g, "value", code, at, [rel, origin]) for code in values)] if values else []
    out.append(around(rel, listed(g, label.rel)))
    if author is None or set(label.origin) != {author}:
        out.append(around(origin, listed(g, label.origin)))
    return "//".join(out)


def portion(g, label, author=None):
    out = [label.level]
    for category in g.rules:
        values = [code for code, value in g.values.items() if value["category"] == category and code in label.values]
        out += ["/".join(values)] if values else []
    out.append("REL " + listed(g, label.rel))
    if author is None or set(label.origin) != {author}:
        out.append("FROM " + listed(g, label.origin))
    return f"({'//'.join(out)})"
