"""Two Prosody servers, domains 127.0.0.2 and 127.0.0.3 (so that no DNS is needed), server to server over TLS with
self-signed certificates and dialback. default: the packaged modules without their rate limits of 10 and 30 kB/s; no
archive, a message that is delivered never touches the disk. durable: no delayed ACK (nagle = false), the archive
(mam) and all else in SQLite with a write-ahead log, smacks_s2s_resend."""
import sqlite3

import system
from systems import xmpp


class Prosody(xmpp.Xmpp):
    name = "prosody"
    settings = {
        "default": ("in A's memory", "in B's memory"),
        "durable": ("in A's memory; archived at A by its own commit", "archived at B, by a commit of SQLite"),
    }
    user = "prosody"
    first_address = 1

    def check(self):
        system.needs("prosody")
        if self.setting == "durable":
            system.newest("/usr/lib/*/lua/5.*/dbd/sqlite3.so")

    def configure(self, n, folder):
        address = self.address(n)
        (folder / "store").mkdir()
        system.certificate(folder, address)
        modules = ["disco", "roster", "saslauth", "tls", "blocklist", "bookmarks", "carbons", "dialback", "pep",
                   "private", "register", "smacks", "vcard4", "vcard_legacy", "csi_simple", "ping", "time", "uptime",
                   "version"]
        more = ""
        if self.setting == "durable":
            modules.append("mam")
            more = (f'network_settings = {{ nagle = false }}\nstorage = "sql"\nsmacks_s2s_resend = true\n'
                    f'sql = {{ driver = "SQLite3", database = "{folder}/store/prosody.sqlite" }}\n')
            with sqlite3.connect(folder / "store/prosody.sqlite") as base:
                base.execute("PRAGMA journal_mode = WAL")
        names = ", ".join(f'"{name}"' for name in modules)
        (folder / "prosody.cfg.lua").write_text(f"""modules_enabled = {{ {names} }}
data_path = "{folder}/store"
pidfile = "{folder}/prosody.pid"
interfaces = {{ "{address}" }}
authentication = "internal_plain"
allow_registration = true
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
s2s_require_encryption = true
s2s_secure_auth = false
log = {{ info = "{folder}/prosody.log" }}
{more}
VirtualHost "{address}"
    ssl = {{ key = "{folder}/key.pem", certificate = "{folder}/cert.pem" }}
""")
        self.give(folder)

    def command(self, n, folder):
        return [*self.as_user(), "prosody", "-F", "--config", folder / "prosody.cfg.lua"], {}
