"""Two ejabberd servers, domains 127.0.0.4 and 127.0.0.5, server to server over TLS with self-signed certificates and
dialback. default: the packaged modules that matter here without the traffic shaper (3 kB/s); no archive. durable: the
archive (mod_mam), the offline store and all else in SQLite with a write-ahead log, no limit on the offline store
(packaged: 100), servers tried again after 1 s (packaged: up to 300 s)."""
import sqlite3
from pathlib import Path

import system
from systems import erlang, xmpp

MODULES = """
  mod_blocking: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_disco: {}
  mod_last: {}
  mod_ping: {}
  mod_privacy: {}
  mod_private: {}
  mod_push: {}
  mod_push_keepalive: {}
  mod_register: { access: all_of_them, ip_access: all }
  mod_roster: { versioning: true }
  mod_s2s_dialback: {}
  mod_stream_mgmt: { resend_on_timeout: if_offline }
  mod_vcard: { search: false }
  mod_offline: { access_max_user_messages: max_user_offline_messages }
"""


class Ejabberd(xmpp.Xmpp):
    name = "ejabberd"
    settings = {
        "default": ("in A's memory", "in B's memory"),
        "durable": ("in A's memory; archived at A by its own commit", "archived at B, by a commit of SQLite"),
    }
    user = "ejabberd"
    first_address = 3

    def check(self):
        system.needs("erl")
        self.library = system.newest("/usr/lib/*/ejabberd-*")
        self.library = next(path for path in system.glob.glob("/usr/lib/*/ejabberd-*") if Path(path, "ebin").is_dir())

    def configure(self, n, folder):
        address, base = self.address(n), folder / "base"
        base.mkdir()
        system.certificate(folder, address)
        (folder / "both.pem").write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
        more, modules, offline = "", MODULES, 100
        if self.setting == "durable":
            with sqlite3.connect(base / "ejabberd.sqlite") as lite:
                lite.execute("PRAGMA journal_mode = WAL")
                lite.executescript(Path("/usr/share/ejabberd/sql/lite.sql").read_text())
            more = (f'sql_type: sqlite\nsql_database: "{base}/ejabberd.sqlite"\ndefault_db: sql\n'
                    "s2s_max_retry_delay: 1\n")
            modules, offline = MODULES + "  mod_mam: { default: always }\n", "infinity"
        (folder / "ejabberd.yml").write_text(f"""loglevel: info
hosts: ["{address}"]
certfiles: ["{folder}/both.pem"]
{more}s2s_use_starttls: required
s2s_dns_timeout: 1
auth_password_format: plain
listen:
  - {{ port: 5222, ip: "{address}", module: ejabberd_c2s, max_stanza_size: 262144 }}
  - {{ port: 5269, ip: "{address}", module: ejabberd_s2s_in, max_stanza_size: 524288 }}
acl: {{ local: {{ user_regexp: "" }} }}
access_rules: {{ all_of_them: {{ allow: all }} }}
shaper_rules: {{ max_user_offline_messages: {offline} }}
registration_timeout: infinity
modules:{modules}""")
        self.give(folder)

    def command(self, n, folder):
        return [*self.as_user(), "erl", "+K", "true", "+P", "250000", "-sname", f"ej{n}@localhost",
                *erlang.arguments(n, 25100), "-noinput", "-mnesia", "dir", f'"{folder}/base"', "-ejabberd", "quiet",
                "true", "-s", "ejabberd"], {
            "HOME": str(folder), "ERL_LIBS": str(Path(self.library).parent), "ERL_MAX_PORTS": "32000",
            "ERL_CRASH_DUMP_BYTES": "0", "EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(folder / "ejabberd.log")}
