"""Two Matrix homeservers (Synapse), names 127.0.0.6:8448 and 127.0.0.7:8448, federation over TLS with self-signed
certificates that are not verified, rate limits lifted, presence off. Debian has no package of it: it comes from the
Python Package Index into build/bench/synapse. default: SQLite; who cannot be reached is tried again after 10 minutes.
durable: a PostgreSQL for each, as its authors recommend; tried again after 1 to 5 s."""
import json
import subprocess
import urllib.parse
import urllib.request

import system

PYTHON = system.OUT / "synapse/bin/python"


def has_synapse():
    return PYTHON.exists() and subprocess.run([str(PYTHON), "-c", "import synapse, psycopg2"], capture_output=True,
                                              check=False).returncode == 0


class Synapse(system.System):
    name = client = "synapse"
    settings = {
        "default": ("committed at A by SQLite, synced", "committed at B by SQLite, synced"),
        "durable": ("committed at A by PostgreSQL, synced", "committed at B by PostgreSQL, synced"),
    }
    line = "TLS"
    ready = ("127.0.0.6:8008", "127.0.0.7:8008")
    windows = (32, 8)
    crash_rate = 5
    share = 0.1

    def __init__(self, setting, folder):
        super().__init__(setting, folder)
        self.databases = {}

    @property
    def targets(self):
        return tuple(f"{self.ready[n]} {self.folder}/clients" for n in (0, 1))

    def check(self):
        if not has_synapse():
            subprocess.run(["/usr/bin/python3", "-m", "venv", str(PYTHON.parent.parent)], check=True)
            subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", "matrix-synapse", "psycopg2-binary"],
                           capture_output=True, check=False)
        if not has_synapse():
            raise system.Missing("the Python Package Index does not give matrix-synapse for this Python")
        if self.setting == "durable":
            self.bin = system.newest("/usr/lib/postgresql/*/bin")

    def configure(self, n, folder):
        address = f"127.0.0.{5 + n}"
        system.certificate(folder, address)
        values = {
            "server_name": f"{address}:8448", "pid_file": f"{folder}/pid.synapse",
            "public_baseurl": f"http://{address}:8008/", "signing_key_path": f"{folder}/signing.key",
            "log_config": f"{folder}/log.json", "media_store_path": f"{folder}/media", "report_stats": False,
            "trusted_key_servers": [], "federation_verify_certificates": False, "ip_range_blacklist": [],
            "federation_ip_range_blacklist": [], "tls_certificate_path": f"{folder}/cert.pem",
            "tls_private_key_path": f"{folder}/key.pem", "presence": {"enabled": False},
            "enable_registration": True, "enable_registration_without_verification": True, "bcrypt_rounds": 4,
            "macaroon_secret_key": "for a bench", "form_secret": "for a bench",
            "listeners": [
                {"port": 8008, "bind_addresses": [address], "type": "http", "tls": False,
                 "resources": [{"names": ["client"]}]},
                {"port": 8448, "bind_addresses": [address], "type": "http", "tls": True,
                 "resources": [{"names": ["federation"]}]}],
            "database": {"name": "sqlite3", "args": {"database": f"{folder}/homeserver.db"}}}
        many = {"per_second": 1000000, "burst_count": 1000000}
        for name in ("rc_message", "rc_registration", "rc_joins_per_room", "rc_federation_joins"):
            values[name] = many
        values["rc_login"] = {"address": many, "account": many, "failed_attempts": many}
        values["rc_joins"] = {"local": many, "remote": many}
        values["rc_invites"] = {"per_room": many, "per_user": many, "per_issuer": many}
        values["rc_federation"] = {"window_size": 1000, "sleep_limit": 1000000, "sleep_delay": 1,
                                   "reject_limit": 1000000, "concurrent": 100}
        if self.setting == "durable":
            self.make_database(n, folder)
            values["database"] = {"name": "psycopg2", "args": {
                "user": "postgres", "dbname": "postgres", "host": "127.0.0.1", "port": 25460 + n, "cp_min": 5,
                "cp_max": 10}}
            values["federation"] = {"destination_min_retry_interval": "1s", "destination_max_retry_interval": "5s"}
        # JSON is YAML
        (folder / "homeserver.yaml").write_text(json.dumps(values, indent=1))
        (folder / "log.json").write_text(json.dumps({
            "version": 1, "formatters": {"f": {"format": "%(asctime)s %(levelname)s %(message)s"}},
            "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f"}},
            "root": {"level": "WARNING", "handlers": ["h"]}}))
        system.run(PYTHON, "-m", "synapse.app.homeserver", "--config-path", folder / "homeserver.yaml",
                   "--generate-keys")

    def make_database(self, n, folder):
        store = folder / "postgres"
        store.mkdir()
        self.give(store, "postgres")
        system.run(*self.as_user("postgres"), f"{self.bin}/initdb", "-D", store, "-A", "trust", "-E", "UTF8", "-U",
                   "postgres", cwd="/", env={**system.os.environ, "LC_ALL": "C"})
        with open(store / "postgresql.conf", "a", encoding="utf-8") as out:
            out.write(f"listen_addresses = '127.0.0.1'\nport = {25460 + n}\nunix_socket_directories = ''\n")

    def command(self, n, folder):
        words = [PYTHON, "-m", "synapse.app.homeserver", "--config-path", folder / "homeserver.yaml"]
        if self.setting == "default":
            return words, {}
        # one process for both, so that a kill of the node takes both
        (folder / "postgres/postmaster.pid").unlink(missing_ok=True)
        return ["sh", "-c", '"$@" & until "$0" -q -h 127.0.0.1 -p ' + str(25460 + n) + "; do sleep 0.02; done\n"
                + "exec " + " ".join(f"'{word}'" for word in words), f"{self.bin}/pg_isready",
                *self.as_user("postgres"), f"{self.bin}/postgres", "-D", folder / "postgres"], {"LC_ALL": "C"}

    def api(self, n, token, method, path, value):
        request = urllib.request.Request(f"http://{self.ready[n - 1]}/_matrix/client/v3/{path}", method=method,
                                         data=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def prepare(self):
        lines = []
        for i in range(8):
            tokens = [self.api(n, "", "POST", "register", {"username": f"{side}{i}", "password": f"pw-{side}{i}",
                                                           "auth": {"type": "m.login.dummy"}})["access_token"]
                      for n, side in ((1, "a"), (2, "b"))]
            room = self.api(1, tokens[0], "POST", "createRoom", {
                "preset": "trusted_private_chat", "invite": [f"@b{i}:127.0.0.7:8448"]})["room_id"]
            name = urllib.parse.quote(room, safe="")
            self.api(2, tokens[1], "POST", f"join/{name}?server_name=127.0.0.6:8448", {})
            lines += [f"{side} {i} {token} {name}" for side, token in zip("AB", tokens)]
        (self.folder / "clients").write_text("\n".join(lines) + "\n")
