"""Base images made here with debootstrap: <root>/<base>/, an OCI layout of one layer."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.digests import digest_bytes, digest_file, hex_part
from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.oci_layout import MANIFEST, manifest_of
from delivery.targets.aws.images.recipes import Base
from delivery.targets.aws.images.tool_commands import answers, run

SUITE: Final = "bookworm"
PACKAGES: Final = MappingProxyType(
    {
        "runtime": ("ca-certificates", "python3.11"),
        "tools": ("ca-certificates", "git", "openssh-client", "python3.11"),
    }
)
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_DROPPED: Final = (
    *("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian"),
    *("var/cache/apt", "var/lib/apt/lists", "var/log", "var/cache/ldconfig", "debootstrap"),
    # A mirror's address, and what names this machine.
    *("etc/apt/sources.list", "etc/hostname", "etc/resolv.conf", "etc/machine-id"),
    *("var/lib/dpkg/status-old", "var/cache/debconf/config.dat-old"),
    "var/cache/debconf/templates.dat-old",
)


class DebootstrapBases:
    """Debian's smallest system and what an image needs. It takes root, and a mirror of apt's."""

    def __init__(self, root: Path, variables: Mapping[str, str]) -> None:
        self._root = root
        self._variables = dict(variables)

    def folder(self, base: Base) -> Path:
        """Return where a base lies, or would lie."""
        return self._root / base

    def make(self, base: Base) -> str:
        """Make a base, unless it is there, and return its digest; BuildFailed."""
        if not self.folder(base).is_dir():
            self._root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._root, prefix=".draft-") as name:
                draft = Path(name)
                self._bootstrap(draft / "system", PACKAGES[base])
                _prune(draft / "system")
                self._pack(draft / "system", draft / "layout")
                (draft / "layout").replace(self.folder(base))
        return manifest_of(self.folder(base))[0]

    def _bootstrap(self, system: Path, packages: tuple[str, ...]) -> None:
        mirror = self._mirror()
        words = ("--variant=minbase", f"--include={','.join(packages)}", SUITE, str(system))
        try:
            run("debootstrap", *words, *mirror, variables=self._variables, what="debootstrap")
        except BuildFailed as exc:
            reason = "it needs root, debootstrap (apt-get install debootstrap) and a Debian mirror"
            raise BuildFailed(f"{exc}. {reason}") from exc

    def _mirror(self) -> tuple[str, ...]:
        """Return the mirror that apt is set up for; none leaves the choice to debootstrap."""
        words = ("$(REPO_URI)", "Created-By: Packages", "Label: Debian", "Component: main")
        asked = ("apt-get", "indextargets", "--format", words[0], *words[1:], f"Codename: {SUITE}")
        said = answers(*asked, variables=self._variables) or ""
        return tuple(said.split()[:1])

    def _pack(self, system: Path, layout: Path) -> None:
        blobs = layout / "blobs" / "sha256"
        blobs.mkdir(parents=True)
        layer = blobs / "draft"
        # Device nodes are the engine's to make.
        words = ("--sort=name", "--mtime=@0", "--clamp-mtime", "--numeric-owner")
        place = ("--exclude=./dev/*", "--directory", system, "--create", "--file", layer, ".")
        run("tar", *words, *place, variables=self._variables, what="packing the base")
        digest, size = digest_file(layer), layer.stat().st_size
        layer.rename(blobs / hex_part(digest))
        config = _json(
            {
                "architecture": "amd64",
                "os": "linux",
                "created": "1970-01-01T00:00:00Z",
                "config": {
                    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
                },
                "rootfs": {"type": "layers", "diff_ids": [digest]},
                "history": [
                    {"created": "1970-01-01T00:00:00Z", "created_by": "plinth delivery image base"}
                ],
            }
        )
        part = {"mediaType": _LAYER, "digest": digest, "size": size}
        head = {"schemaVersion": 2, "mediaType": MANIFEST}
        manifest = _json({**head, "config": _keep(blobs, config, _CONFIG), "layers": [part]})
        index = {"schemaVersion": 2, "manifests": [_keep(blobs, manifest, MANIFEST)]}
        (layout / "index.json").write_bytes(_json(index))
        (layout / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))


def _prune(system: Path) -> None:
    for name in _DROPPED:
        path = system / name
        if path.is_dir() and not path.is_symlink():
            for entry in path.iterdir():
                whole = entry.is_dir() and not entry.is_symlink()
                shutil.rmtree(entry) if whole else entry.unlink()
        else:
            path.unlink(missing_ok=True)


def _keep(blobs: Path, data: bytes, kind: str) -> dict[str, object]:
    digest = digest_bytes(data)
    (blobs / hex_part(digest)).write_bytes(data)
    return {"mediaType": kind, "digest": digest, "size": len(data)}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
