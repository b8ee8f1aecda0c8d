"""Asks a node's feeds as other programs do."""
import http.client
import json

import nodes

TAXII = "application/taxii+json;version=2.1"
ROOT = "/taxii2/record/"


class Answer:
    def __init__(self, answer):
        self.status, self.headers, self.raw = answer.status, answer.headers, answer.read()

    @property
    def json(self):
        return json.loads(self.raw)


class Taxii:
    """A TAXII client of one role, or of an outside party."""

    def __init__(self, node, role, party=None):
        self.node, self.role, self.party = node, role, party

    def ask(self, path, method="GET", body=None, accept=TAXII, code=200, **headers):
        connection = nodes.UnixConnection(self.node.home / "socket", 10)
        try:
            words = {name.replace("_", "-"): value for name, value in headers.items()}
            if accept is not None:
                words["Accept"] = accept
            if self.role is not None:
                words["X-Entente-Role"] = self.role
            if self.party is not None:
                words["X-Entente-Party"] = self.party
            connection.putrequest(method, path, skip_accept_encoding=True)
            if body is not None:
                words["Content-Length"] = str(len(body))
            for name, value in words.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = Answer(connection.getresponse())
        except http.client.HTTPException as why:
            raise nodes.Failed(f"{method} {path}: {why!r}") from why
        finally:
            connection.close()
        assert answer.status == code, (method, path, answer.status, answer.raw)
        assert answer.headers["Content-Type"] == TAXII, answer.headers["Content-Type"]
        return answer

    def collections(self):
        return {row["title"]: row for row in self.ask(f"{ROOT}collections/").json["collections"]}

    def path(self, title, what="objects/"):
        return f"{ROOT}collections/{self.collections()[title]['id']}/{what}"

    def objects(self, title):
        return self.ask(self.path(title)).json.get("objects", [])

    def manifest(self, title):
        return self.ask(self.path(title, "manifest/")).json.get("objects", [])

    def everything(self):
        """The bytes of every answer that this role can get."""
        raw = [self.ask(f"{ROOT}collections/").raw]
        for title, row in self.collections().items():
            if row["can_read"]:
                for what in ("objects/", "manifest/", "objects/?limit=2"):
                    answer = self.ask(self.path(title, what))
                    raw.append((answer.raw, sorted(answer.headers.items())))
        return raw


def of_type(objects, kind):
    return [one for one in objects if one["type"] == kind]
