#!/usr/bin/python3
"""The routes as OpenAPI 3.1, made from the table of docs/spec/api.md, which test_routes holds equal to src/api/routes.c.

    openapi.py write FILE    makes it
    openapi.py check FOLDER  makes it, and asks openapi-spec-validator, which it installs into FOLDER, whether it is one
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VALIDATOR = "openapi-spec-validator==0.7.1"
# What an answer is made of where it is not JSON, and a body where it is not CBOR.
ANSWERS = {"/events": "text/event-stream", "/content": "application/cbor", "/note": "text/plain", "/proof": "text/plain",
           "/bundle": "application/octet-stream"}
BODIES = {"/attachments": "application/octet-stream", "/bundle": "application/octet-stream",
          "/taxii2/*": "application/taxii+json;version=2.1"}
WHO = {"ANYONE": [{}], "KNOWN": [{"session": []}, {"token": []}, {"owner": []}],
       "READER": [{"session": []}, {"token": []}, {"owner": []}], "OWNER": [{"owner": []}], "KEEPER": [{"owner": []}]}
NUMBERS = ("limit", "last", "from", "days", "epoch", "offset", "len", "total", "unit", "file", "from_ms", "to_ms")
ERROR = {"type": "object", "required": ["err", "text"], "properties": {
    "err": {"type": "string", "description": "a name of src/base/err.h"},
    "rule": {"type": "string", "description": "the rule or limit at fault, or the word of the query"},
    "text": {"type": "string", "description": "an English sentence"}}}


def rows():
    """(method, path, who, words, body, answer) of each row of section 4."""
    text = (ROOT / "docs/spec/api.md").read_text()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 6 and cells[1].startswith("/"):
            yield cells


def parameters(path, words):
    found = [{"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}] if path.endswith("*") else []
    for word in filter(None, (word.strip() for word in words.split(","))):
        kind = {"type": "integer", "minimum": 0} if word in NUMBERS else {"type": "string"}
        found.append({"name": word, "in": "query", "schema": kind})
    return found


def operation(method, path, who, words, body, answer):
    name = re.sub(r"[^a-z0-9]+", "_", f"{method} {path}".lower()).strip("_")
    media = ANSWERS.get(path, "application/json") if method == "GET" else "application/json"
    made = {"operationId": name, "description": answer or body, "x-authority": who, "security": WHO[who],
            "responses": {"200": {"description": answer or "done", "content": {media: {"schema": {}}}},
                          "default": {"$ref": "#/components/responses/Error"}}}
    if path == "/attachments" and method == "GET":
        made["responses"]["200"]["content"]["application/octet-stream"] = {"schema": {}}
    if parameters(path, words):
        made["parameters"] = parameters(path, words)
    if body:
        made["requestBody"] = {"description": body, "content": {BODIES.get(path, "application/cbor"): {"schema": {}}}}
    return made


def document():
    paths = {}
    for method, path, *rest in rows():
        paths.setdefault(path.replace("*", "{path}"), {})[method.lower()] = operation(method, path, *rest)
    return {
        "openapi": "3.1.0",
        "info": {"title": "entente: a person's door to the node", "version": version(), "license": {
            "name": "Apache License 2.0", "identifier": "Apache-2.0"},
            "description": "Made from docs/spec/api.md, which says what every word means; docs/spec/browser.md for browsers."},
        "servers": [{"url": "http://kor.localhost:7480", "description": "for browsers of this machine, if the settings say so"}],
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "responses": {"Error": {"description": "refused: a status by docs/spec/api.md section 3", "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-entente", "description": "of a browser"},
                "token": {"type": "http", "scheme": "bearer", "description": "of an officer, on the UNIX socket"},
                "owner": {"type": "http", "scheme": "x-unix-user", "description": "the node's own user, on the UNIX socket: "
                          "the kernel says who he is, and nothing is sent for it"}}},
    }


def version():
    return re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]


def check(folder):
    """Every row of the C table is in it, and nothing else; then the judge."""
    made = document()
    table = re.findall(r'X\("([A-Z]+)",\s*"([^"]+)",\s*AUTHORITY_([A-Z]+)', (ROOT / "src/api/routes.c").read_text())
    said = {(method.upper(), path.replace("{path}", "*"), one["x-authority"])
            for path, methods in made["paths"].items() for method, one in methods.items()}
    assert table and said == set(table), f"not the same: {sorted(said ^ set(table))}"
    place = Path(folder)
    python = place / "bin/python"
    marker = place / VALIDATOR
    if not marker.exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", VALIDATOR], check=True)
        marker.touch()
    judge = "import json, sys; from openapi_spec_validator import validate; validate(json.load(sys.stdin))"
    subprocess.run([python, "-c", judge], input=json.dumps(made), text=True, check=True)
    broken = {**made, "paths": {"no-slash": {}}}
    assert subprocess.run([python, "-c", judge], input=json.dumps(broken), text=True,
                          capture_output=True).returncode != 0, "the judge finds nothing"
    print(f"{len(table)} routes, and {VALIDATOR} takes it")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        Path(sys.argv[2]).write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n")
    else:
        check(sys.argv[2])
