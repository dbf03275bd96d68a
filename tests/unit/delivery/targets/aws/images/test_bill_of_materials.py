import json
from dataclasses import replace

import pytest
from support.image_fakes import NUMPY, SOUND

from artifacts.digests import digest_bytes
from delivery.targets.aws.images.contents import bill_of_materials, debian_packages, python_package

CODE, MODEL = digest_bytes(b"code"), digest_bytes(b"model")
STATUS = """Package: libc6
Status: install ok installed
Version: 2.36-9+deb12u1

Package: gone
Status: deinstall ok config-files
Version: 1
"""


def test_a_bill_has_packages_code_and_models_by_digest() -> None:
    deb = next(debian_packages(STATUS, "dpkg"))
    listed = replace(NUMPY, listing=MODEL)
    contents = replace(SOUND, packages=(listed, deb))

    bill = json.loads(bill_of_materials(contents, "inference", CODE, (MODEL,)))

    parts = {part["type"]: part for part in bill["components"] if part["type"] != "library"}
    urls = {part["purl"]: part for part in bill["components"] if "purl" in part}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == SOUND.image
    assert parts["application"]["hashes"] == [{"alg": "SHA-256", "content": CODE[7:]}]
    assert parts["machine-learning-model"]["hashes"] == [{"alg": "SHA-256", "content": MODEL[7:]}]
    assert set(urls) == {"pkg:pypi/numpy@2.4.6", "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1"}
    numpy = urls["pkg:pypi/numpy@2.4.6"]
    assert numpy["licenses"] == [{"license": {"name": "BSD"}}]
    assert numpy["properties"][0]["value"] == MODEL


def test_every_part_of_a_bill_has_a_reference_of_its_own() -> None:
    twice = (NUMPY, replace(NUMPY, place="usr/lib/python3/dist-packages"))
    contents = replace(SOUND, packages=twice)

    bill = json.loads(bill_of_materials(contents, "inference", CODE, (MODEL,)))

    references = [part["bom-ref"] for part in bill["components"]]
    assert len(references) == len(set(references))


def test_the_same_image_gives_the_same_bytes_in_any_order() -> None:
    other = replace(NUMPY, name="pillow")
    forwards, backwards = (
        bill_of_materials(replace(SOUND, packages=packages), "inference", CODE, (MODEL,))
        for packages in ((NUMPY, other), (other, NUMPY))
    )

    assert forwards == backwards


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ("License-Expression: MIT\nLicense: other", "MIT"),
        ("License: BSD 3-Clause", "BSD 3-Clause"),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT License"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: Apache", "Apache"),
        ("Summary: none at all", None),
    ],
)
def test_a_licence_is_taken_from_where_a_package_states_it(lines: str, licence: str | None) -> None:
    package = python_package(f"Name: x\nVersion: 1\n{lines}\n\nLicense: no header", None, "env")

    assert (package.name, package.version, package.licence) == ("x", "1", licence)


def test_packages_that_debian_removed_are_not_listed() -> None:
    assert [package.name for package in debian_packages(STATUS, "dpkg")] == ["libc6"]
