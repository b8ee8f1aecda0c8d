"""Two PostgreSQL servers with logical replication both ways; a trigger on the replicated row tells the reader. fsync
is on everywhere. durable: synchronous_commit = remote_apply, the sender's COMMIT returns when the other server has
synced and applied the row; its apply worker syncs before the reader is told."""
import system


class Postgres(system.System):
    name = client = "postgres"
    sources = ()
    flags = ("-I/usr/include/postgresql", "-lpq")
    settings = {
        "default": ("synced at A", "applied at B, synced a little later"),
        "durable": ("synced at A and at B, and applied", "synced at B"),
    }
    user = "postgres"
    targets = tuple(f"host=127.0.0.1 port=2543{n} user=postgres dbname=postgres" for n in (1, 2))
    ready = ("127.0.0.1:25431", "127.0.0.1:25432")
    stop_signal = system.signal.SIGINT

    def check(self):
        self.bin = system.newest("/usr/lib/postgresql/*/bin")

    def configure(self, n, folder):
        store = folder / "store"
        store.mkdir()
        self.give(store)
        system.run(*self.as_user(), f"{self.bin}/initdb", "-D", store, "-A", "trust", "-E", "UTF8", "-U", "postgres",
                   cwd="/", env={**system.os.environ, "LC_ALL": "C"})
        lines = ["listen_addresses = '127.0.0.1'", f"port = 2543{n}", "unix_socket_directories = ''",
                 "wal_level = logical"]
        lines += ["wal_retrieve_retry_interval = 100ms"] if self.setting == "durable" else []
        with open(store / "postgresql.conf", "a", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")

    def command(self, n, folder):
        return [*self.as_user(), f"{self.bin}/postgres", "-D", folder / "store"], {"LC_ALL": "C"}

    def before_start(self, n, folder):
        # left behind by a kill; its number may be another process by now
        (folder / "store/postmaster.pid").unlink(missing_ok=True)

    def sql(self, n, text):
        return system.run("psql", "-q", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", f"2543{n}",
                          "-U", "postgres", "-d", "postgres", "-c", text).strip()

    def is_true(self, n, text):
        try:
            return self.sql(n, text) == "t"
        except RuntimeError:
            return False

    def prepare(self):
        for n in (1, 2):
            system.wait_for("it answers", lambda n=n: self.is_true(n, "select true"))
            for table in ("m_ab", "m_ba"):
                self.sql(n, f"""CREATE TABLE {table} (id bigserial PRIMARY KEY, pair int NOT NULL, body text NOT NULL);
                    CREATE INDEX ON {table} (pair, id);
                    CREATE FUNCTION tell_{table}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
                    PERFORM pg_notify('{table}_' || NEW.pair, NEW.id || ' ' || NEW.body); RETURN NULL; END$$;
                    CREATE TRIGGER tell AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION tell_{table}();
                    ALTER TABLE {table} ENABLE REPLICA TRIGGER tell""")
        apply = "local" if self.setting == "durable" else "off"
        for n, out, into in ((1, "m_ab", "m_ba"), (2, "m_ba", "m_ab")):
            self.sql(n, f"CREATE PUBLICATION p FOR TABLE {out}")
        for n, name, target in ((2, "s_ab", self.targets[0]), (1, "s_ba", self.targets[1])):
            self.sql(n, f"CREATE SUBSCRIPTION {name} CONNECTION '{target}' PUBLICATION p "
                        f"WITH (synchronous_commit = {apply})")
        for n in (1, 2):
            if self.setting == "durable":
                self.sql(n, "ALTER SYSTEM SET synchronous_commit = remote_apply")
                self.sql(n, "ALTER SYSTEM SET synchronous_standby_names = 's_ab, s_ba'")
                self.sql(n, "SELECT pg_reload_conf()")
            system.wait_for("tables are in step", lambda n=n: self.is_true(
                n, "select count(*) > 0 and bool_and(srsubstate = 'r') from pg_subscription_rel"))
