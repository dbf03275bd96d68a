"""The bill of materials of an image: CycloneDX 1.6, of what is in it and not of a lock.

Format: ECMA-424. It has neither a time nor a serial number: the same image gives the same bytes.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from artifacts.digests import canonical_json, hex_part
from delivery.targets.aws.images.contents import ImageContents, Package, normal
from delivery.targets.aws.images.recipes import Service

SPECIFICATION: Final = "1.6"
_BREAK = 120


def bill_of_materials(
    contents: ImageContents, service: Service, code: str, models: Iterable[str]
) -> bytes:
    """Return the bill of an image as JSON: packages, code and models, each by name and digest."""
    components = [_package(package) for package in contents.packages]
    components.append(_own(service, code))
    components.extend(_model(model) for model in models)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {"component": _image(contents, service)},
        "components": sorted(components, key=lambda part: str(part["bom-ref"])),
    }
    return canonical_json(document)


def _image(contents: ImageContents, service: Service) -> dict[str, Any]:
    return {
        "type": "container",
        "bom-ref": f"image:{contents.image}",
        "name": f"plinth/{service}",
        "version": contents.image,
        "hashes": [_hash(contents.image)],
        "properties": [
            {"name": f"plinth:layer:{number}", "value": f"{layer.digest} {layer.unpacked} bytes"}
            for number, layer in enumerate(contents.layers)
        ],
    }


def _package(package: Package) -> dict[str, Any]:
    name = normal(package.name) if package.kind == "pypi" else package.name
    kind = "pypi" if package.kind == "pypi" else "deb/debian"
    url = f"pkg:{kind}/{_quoted(name)}@{_quoted(package.version)}"
    part: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{url}#{package.place}",
        "name": name,
        "version": package.version,
        "purl": url,
    }
    if package.licence:
        part["licenses"] = [{"license": {"name": package.licence[:_BREAK]}}]
    if package.listing:
        # Of the list of all installed files with their hashes: the wheel itself is not in an image.
        part["properties"] = [{"name": "plinth:installed-files", "value": package.listing}]
    return part


def _quoted(text: str) -> str:
    """Return text as a package URL may hold it."""
    return re.sub(
        r"[^\w.~-]",
        lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()),
        text,
        flags=re.ASCII,
    )


def _own(service: Service, code: str) -> dict[str, Any]:
    return {
        "type": "application",
        "bom-ref": f"code:{code}",
        "name": f"plinth-{service}",
        "version": code,
        "hashes": [_hash(code)],
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "description": "Sources and lock; the hash is that of the canonical list of their digests",
    }


def _model(digest: str) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{digest}",
        "name": "model",
        "version": digest,
        "hashes": [_hash(digest)],
        "description": "A signed artifact; the hash is that of its canonical manifest",
    }


def _hash(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": hex_part(digest)}
