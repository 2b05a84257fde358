"""The files with the server's secrets: one secret in hex a line, the one in use first, for their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from portal.config import ConfigError

SECRET_BYTES = 32


def ensure_secret_file(path: Path) -> tuple[bytes, ...]:
    """The server's secrets, the first made on first use in a file only its owner can read. Raises ConfigError."""
    try:
        return read_secret_file(path)
    except FileNotFoundError:
        pass
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_secret_file(path)
    except OSError as error:
        raise ConfigError(
            f"cannot write {path}: {error.strerror}. Make the folder writable or set RECOURSE_DATA."
        ) from error
    with os.fdopen(handle, "w") as file:
        file.write(new_secret() + "\n")
    return read_secret_file(path)


def new_secret() -> str:
    """One line of the secret file."""
    return secrets.token_hex(SECRET_BYTES)


def read_secret_file(path: Path) -> tuple[bytes, ...]:
    """The server's secrets, the one in use first: 32 bytes in hex a line. Raises FileNotFoundError, ConfigError."""
    remedy = "Put the right file back (RECOURSE_SECRET_FILE)."
    if path.exists() and path.stat().st_mode & 0o077:
        raise ConfigError(f"{path} can be read by others. Run: chmod 600 {path}")
    try:
        found = tuple(bytes.fromhex(line) for line in path.read_text("ascii").split())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} does not hold a secret in hex. {remedy}") from error
    if not found or any(len(secret) != SECRET_BYTES for secret in found):
        raise ConfigError(f"{path} has to hold {SECRET_BYTES} bytes in hex. {remedy}")
    return found
