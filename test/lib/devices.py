"""Certificates of terminals' devices, and of the name under which a node serves them: by openssl alone, as docs/spec/browser.md section 8 says."""
import hashlib
import os
import subprocess


def openssl(*words, **more):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, **more).stdout


def certificate(folder, name, *more):
    """Of P-256, signed by itself; its key and it in one file, as docs/spec/browser.md has it made."""
    key, cert = folder / f"{name}.key", folder / f"{name}.crt"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", key,
            "-out", cert, *more)
    both = folder / f"{name}.pem"
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return both


CARDS = "/usr/lib/softhsm/libsofthsm2.so"  # PKCS #11, as a reader's module is
PIN = "246810"


def card(folder):
    """An empty smart card with a PIN, by SoftHSM; gives the environment in which its module finds it."""
    (folder / "tokens").mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    env = {"SOFTHSM2_CONF": str(folder / "softhsm2.conf")}
    subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "card", "--pin", PIN, "--so-pin", PIN], env={**os.environ, **env},
                   check=True, capture_output=True)
    return env


def card_certificate(folder, name):
    """A device's certificate whose key was made on a card and never leaves it; gives the card's environment."""
    env, store = card(folder / name), folder / name / "store"
    store.mkdir()
    (folder / name / "pin").write_text(PIN)
    (folder / name / "noise").write_bytes(os.urandom(64))

    def nss(*words):
        return subprocess.run([*map(str, words)], env={**os.environ, **env}, check=True, capture_output=True).stdout

    nss("certutil", "-N", "-d", f"sql:{store}", "--empty-password")
    nss("modutil", "-force", "-dbdir", f"sql:{store}", "-add", "card", "-libfile", CARDS)
    on_card = ("certutil", "-d", f"sql:{store}", "-h", "card", "-f", folder / name / "pin", "-n")
    nss(*on_card, name, "-S", "-x", "-s", f"CN={name}", "-k", "ec", "-q", "nistp256", "-t", ",,", "-z", folder / name / "noise")
    (folder / f"{name}.pem").write_bytes(nss(*on_card, f"card:{name}", "-L", "-a"))
    return env


def device_line(pem, name):
    """As the specification says, by openssl alone."""
    der = openssl("pkey", "-pubin", "-outform", "der", input=openssl("x509", "-in", pem, "-noout", "-pubkey"))
    return f"{hashlib.sha256(der).hexdigest()} {name}\n"


def serve(node, port, name, server, known):
    """The node's second door for browsers; before it starts. known: {device: its PEM}."""
    key, settings = node.home / "keys/terminals", node.home / "settings"
    key.write_bytes(server.read_bytes())
    key.chmod(0o600)
    (node.home / "devices").write_text("# the watch centre\n" + "".join(device_line(pem, device) for device, pem in known.items()))
    settings.write_text(settings.read_text().replace("[node]\n", f"[node]\nterminals = 127.0.0.1:{port}\nterminals-name = {name}\n", 1))
