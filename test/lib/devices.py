"""Certificates of terminals' devices, and of the name under which a node serves them: by openssl alone, as docs/spec/browser.md section 8 says."""
import hashlib
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
