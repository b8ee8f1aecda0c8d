"""What CACAO Security Playbooks 2.0 (Committee Specification 01) asks of a playbook, as far as this one uses it; written from its text."""
import re

HEX = "[0-9a-f]"
IDENTIFIER = re.compile(rf"^([a-z][a-z0-9-]+[a-z0-9])--{HEX}{{8}}-{HEX}{{4}}-[1-5]{HEX}{{3}}-[89ab]{HEX}{{3}}-{HEX}{{12}}$")
TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
VARIABLE = re.compile(r"^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$")
COMPARED = re.compile(r"(__\w+__):value = 'true'")
NEEDED = {"type", "spec_version", "id", "name", "created_by", "created", "modified", "workflow_start", "workflow"}
KNOWN = NEEDED | {"playbook_variables", "agent_definitions", "extension_definitions", "playbook_extensions", "description"}
STEPS = {  # its own properties: needed, others
    "start": ({"on_completion"}, set()),
    "end": (set(), set()),
    "action": ({"commands", "agent", "on_completion"}, {"step_extensions"}),
    "if-condition": ({"condition", "on_true", "on_completion"}, {"on_false"}),
}


def is_id(word, kind):
    found = IDENTIFIER.match(word) if isinstance(word, str) else None
    return found is not None and found.group(1) == kind


def of_step(book, key, step):
    kind = step.get("type")
    if kind not in STEPS or not is_id(key, kind):
        yield f"{key}: a step of no kind, or another's id"
        return
    needed, others = STEPS[kind]
    if needed - set(step) or set(step) - needed - others - {"type", "name", "description"}:
        yield f"{key}: {sorted(set(step) ^ needed)}"
    for pointer in ("on_completion", "on_true", "on_false"):
        if pointer in step and step[pointer] not in book["workflow"]:
            yield f"{key}: {pointer} leads nowhere"
    if kind == "action":
        if step.get("agent") not in book.get("agent_definitions", {}):
            yield f"{key}: no such agent"
        if not all(command.get("type") == "manual" and command.get("command") for command in step.get("commands", [{}])):
            yield f"{key}: no such command"
        if not set(step.get("step_extensions", {})) <= set(book.get("extension_definitions", {})):
            yield f"{key}: an extension that is not defined"
    if kind == "if-condition":
        text = step.get("condition", "")
        if COMPARED.sub("", text).translate(str.maketrans("", "", "() ")).replace("AND", "").replace("OR", ""):
            yield f"{key}: no pattern: {text}"
        if not set(COMPARED.findall(text)) <= set(book.get("playbook_variables", {})):
            yield f"{key}: a variable that is not declared"


def branches(book):
    """Each way from a start, or of a condition, comes to an end of its own, and each step stands on exactly one."""
    seen = set()
    ways = [book["workflow_start"]]
    ends = []
    while ways:
        at = ways.pop()
        while at in book["workflow"]:
            if at in seen:
                yield f"{at} is reached twice"
                return
            seen.add(at)
            step = book["workflow"][at]
            ways += [step[key] for key in ("on_true", "on_false") if key in step]
            if step["type"] == "end":
                ends.append(at)
                break
            at = step.get("on_completion")
        else:
            yield f"a way ends at {at}"
    if seen != set(book["workflow"]):
        yield f"never reached: {sorted(set(book['workflow']) - seen)}"


def faults(book):
    found = [f"the playbook: {sorted(NEEDED - set(book)) or sorted(set(book) - KNOWN)}"] if NEEDED - set(book) or set(book) - KNOWN else []
    if found:
        return found
    if book["type"] != "playbook" or book["spec_version"] != "cacao-2.0" or not is_id(book["id"], "playbook") or \
            not is_id(book["created_by"], "identity"):
        found.append("the head")
    if not TIMESTAMP.match(book["created"]) or not TIMESTAMP.match(book["modified"]) or book["modified"] < book["created"]:
        found.append("the times")
    if book["workflow"].get(book["workflow_start"], {}).get("type") != "start":
        return found + ["no start"]
    for key, step in book["workflow"].items():
        found += of_step(book, key, step)
    for key, agent in book.get("agent_definitions", {}).items():
        if not is_id(key, agent.get("type", "")) or not agent.get("name"):
            found.append(f"{key}: no agent")
    for key, row in book.get("playbook_variables", {}).items():
        if not VARIABLE.match(key) or row.get("type") != "bool" or row.get("value") not in ("true", "false"):
            found.append(f"{key}: no variable")
    for key, row in book.get("extension_definitions", {}).items():
        if not is_id(key, "extension-definition") or not {"type", "name", "created_by", "schema", "version"} <= set(row):
            found.append(f"{key}: no extension")
    if not set(book.get("playbook_extensions", {})) <= set(book.get("extension_definitions", {})):
        found.append("an extension that is not defined")
    ids = [key.split("--")[1] for where in ("workflow", "agent_definitions", "extension_definitions") for key in book.get(where, {})]
    if len(ids) != len(set(ids)):
        found.append("an id twice")
    return found + list(branches(book))
