"""Reads what pip and Debian write down of what they installed."""

from collections.abc import Iterator
from email.parser import HeaderParser
from email.policy import compat32

from delivery.targets.aws.images.contents import Package

_LICENCE = "License :: "
_UNKNOWN = {"", "UNKNOWN"}


def python_package(metadata: str, listing: str | None, place: str) -> Package:
    """Return the package that a METADATA file describes; its name is empty where it has none."""
    headers = HeaderParser(policy=compat32).parsestr(metadata, headersonly=True)
    classified = [
        str(text).rpartition(" :: ")[2]
        for text in headers.get_all("Classifier", [])
        if str(text).startswith(_LICENCE)
    ]
    written = str(headers.get("License-Expression") or headers.get("License") or "")
    first = written.strip().partition("\n")[0]  # some put the whole text there
    licence = first if first not in _UNKNOWN else " OR ".join(classified)
    name, version = str(headers.get("Name") or ""), str(headers.get("Version") or "")
    return Package("pypi", name, version, licence or None, listing, place)


def debian_packages(status: str, place: str) -> Iterator[Package]:
    """Yield the installed packages of a dpkg status file."""
    for paragraph in status.split("\n\n"):
        headers = HeaderParser(policy=compat32).parsestr(paragraph, headersonly=True)
        if str(headers.get("Status", "")).endswith(" installed"):
            name, version = str(headers.get("Package")), str(headers.get("Version"))
            yield Package("deb", name, version, None, None, place)
