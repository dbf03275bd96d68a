"""Makes /opt/plinth of a build's context, in the first stage of every image, without a network.

    python3.11 -I install.py CONTEXT FOLDER

The context has `wheels/` (all that the lock names, and uv), `lock.txt` and `code/`: the service's
sources. FOLDER gets `env/`, a virtual environment of exactly the lock, and `code/`. Bytecode is
written here, once, and never compared with a file's time, so that layers don't depend on a clock.
"""

# ruff: noqa: INP001 - scripts of images, no package
import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

_VARIABLES = {
    "PATH": os.defpath,
    "PYC_INVALIDATION_MODE": "UNCHECKED_HASH",
    "SOURCE_DATE_EPOCH": "0",
    "UV_LINK_MODE": "copy",
    "UV_NO_CACHE": "1",
    "UV_NO_CONFIG": "1",
    "UV_OFFLINE": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}


def main(context: Path, folder: Path) -> None:
    """Install a context into a folder that isn't there."""
    os.umask(0o022)
    wheels = context / "wheels"
    with tempfile.TemporaryDirectory() as private:
        uv = _unpacked_uv(wheels, Path(private))
        _install(uv, wheels, context / "lock.txt", folder / "env")
    shutil.copytree(context / "code", folder / "code")
    _make_importable(folder)


def _unpacked_uv(wheels: Path, into: Path) -> Path:
    (wheel,) = wheels.glob("uv-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/scripts/uv"))
        uv = Path(archive.extract(name, into))
    uv.chmod(0o755)
    return uv


def _install(uv: Path, wheels: Path, lock: Path, environment: Path) -> None:
    _run(uv, "venv", "--no-project", "--python", sys.executable, environment)
    words = ("pip", "sync", "--python", environment / "bin" / "python", "--require-hashes")
    only = ("--no-index", "--find-links", wheels, "--compile-bytecode")
    _run(uv, *words, *only, lock)
    (environment / ".lock").unlink(missing_ok=True)  # uv's, and everybody may write to it
    for note in environment.glob("lib/*/site-packages/*.dist-info/uv_cache.json"):
        _forget(note)


def _forget(note: Path) -> None:
    """Remove uv's note of when it saw a wheel: the same lock must give the same layer."""
    note.unlink()
    record = note.with_name("RECORD")
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if f"/{note.name}," not in line]
    record.write_text("".join(kept), encoding="utf-8")


def _run(*command: str | Path) -> None:
    variables = {**_VARIABLES, "HOME": tempfile.gettempdir()}
    subprocess.run(command, env=variables, check=True)  # noqa: S603 - uv, of a verified wheel


def _make_importable(folder: Path) -> None:
    sources = sorted((folder / "code").glob("*/*/src"))
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder / "env")}))
    # Links to packages: what lies beside one in its source folder is never imported.
    for source in sources:
        for package in sorted(path.parent for path in source.glob("*/__init__.py")):
            (site / package.name).symlink_to(package)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for source in sources:
        if not compileall.compile_dir(source, quiet=1, invalidation_mode=mode):
            sys.exit(f"{source} doesn't compile")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
