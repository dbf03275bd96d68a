"""MLflow's database where it is a file: which MLflow wrote it, and how it comes to this one's form.

MLflow itself upgrades an older database without asking and without a backup, so each is looked at
before MLflow opens it.
"""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from training.errors import RegistryUnavailable

SQLITE: Final = "sqlite:///"
_WAIT_SECONDS: Final = 5.0
_SAID: Final = 300
_REVISION: Final = re.compile(r'^(revision|down_revision)[^=\n]*= ["\'](\w+)["\']', re.MULTILINE)


def database_of(uri: str) -> Path | None:
    """Return the file of a registry's address, None where it is a server's."""
    return Path(uri.removeprefix(SQLITE)) if uri.startswith(SQLITE) else None


def require_this_version(uri: str) -> None:
    """Do nothing where this MLflow may open the registry; RegistryUnavailable says the way out."""
    database = database_of(uri)
    found = version_of(uri)
    if database is None or not found:
        return
    own, *older = known_versions()
    if found == own:
        return
    if found in older:
        raise RegistryUnavailable(
            uri,
            f"an older MLflow wrote it (version {found}, this one's is {own}). Nothing was "
            "changed. Type: bin/plinth training upgrade-registry  (it keeps a backup beside it)",
        )
    raise RegistryUnavailable(
        uri,
        f"another MLflow wrote it, newer or not Plinth's (version {found}, this one's is "
        f"{own}). Nothing was changed. Use the checkout that wrote it, or set "
        f"PLINTH_TRACKING_URI={SQLITE}/FOLDER/mlflow.db to start another registry",
    )


def version_of(uri: str) -> str:
    """Return the version that a registry's file says of itself, "" where there is none yet."""
    database = database_of(uri)
    if database is None or not database.exists() or not database.stat().st_size:
        return ""
    address = f"{database.absolute().as_uri()}?mode=ro"
    with _told(uri), closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as file:
        names = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" in names:
            rows = file.execute("SELECT version_num FROM alembic_version").fetchall()
            return str(rows[0][0]) if rows else ""
    return "none" if names else ""


def upgrade(uri: str) -> Path | None:
    """Bring a registry's file to this MLflow's form, and return its backup; None: it is already.

    A copy is upgraded and takes the file's place when it is whole; meanwhile nobody can write.
    """
    database, found = database_of(uri), version_of(uri)
    if database is None:
        raise RegistryUnavailable(uri, "it is a server: whoever runs it upgrades it")
    if not found or found == known_versions()[0]:
        return None
    if found not in known_versions():
        require_this_version(uri)
    draft = database.with_name(f"{database.name}.{os.getpid()}.draft")
    backup = database.with_name(f"{database.name}.before-{known_versions()[0]}")
    if backup.exists():
        raise RegistryUnavailable(uri, f"{backup} is there already: move it away, it is a backup")
    try:
        with _told(uri), closing(sqlite3.connect(database, timeout=_WAIT_SECONDS)) as file:
            file.execute("BEGIN IMMEDIATE")
            # By a connection of its own: SQLite copies nothing from one that writes.
            with closing(sqlite3.connect(database)) as read, closing(sqlite3.connect(draft)) as new:
                read.backup(new)
            _upgrade_by_mlflow(uri, draft)
            os.link(database, backup)
            draft.replace(database)
    finally:
        draft.unlink(missing_ok=True)
    return backup


def reason_of(exc: Exception) -> str:
    """Return why a database could not be used, in words that say what to do."""
    text = str(getattr(exc, "orig", None) or exc)
    text = text.split("\n[SQL", 1)[0].removeprefix("(sqlite3.OperationalError) ").strip()
    if "database is locked" in text:
        return "another process holds it, and held on: wait for that one (fuser FILE names it)"
    if "readonly database" in text or "unable to open" in text:
        return f"{text}: its file and its folder must be yours to write"
    if "not a database" in text or "malformed" in text:
        return f"{text}: put a backup in its place, or move it away to start anew"
    return text


@contextmanager
def _told(uri: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        raise RegistryUnavailable(uri, reason_of(exc)) from exc


def _upgrade_by_mlflow(uri: str, draft: Path) -> None:
    words = [sys.executable, "-I", "-m", "mlflow", "db", "upgrade", f"{SQLITE}{draft.absolute()}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = " ".join(done.stderr.split())[-_SAID:]
        raise RegistryUnavailable(uri, f"MLflow can't upgrade it, so it is as it was: {said}")


@lru_cache(maxsize=1)
def known_versions() -> tuple[str, ...]:
    """Return the versions that this MLflow knows, its own first.

    They are read from its migrations as text: to import those takes half a second.
    """
    mlflow = find_spec("mlflow")
    if mlflow is None or mlflow.origin is None:
        raise ModuleNotFoundError("mlflow")
    place = Path(mlflow.origin).parent / "store" / "db_migrations" / "versions"
    before: dict[str, str | None] = {}
    for file in place.glob("*.py"):
        named = dict(_REVISION.findall(file.read_text(encoding="utf-8")))
        if "revision" in named:
            before[named["revision"]] = named.get("down_revision")
    (version,) = before.keys() - set(before.values())
    known = [version]
    while earlier := before[known[-1]]:
        known.append(earlier)
    return tuple(known)
