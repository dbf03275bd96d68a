from dataclasses import replace
from typing import Any

import pytest
from support.image_fakes import FILES, LOCK, NUMPY, SITE, SOUND

from delivery.targets.aws.images.contents import (
    RECIPE_OF,
    ImageContents,
    Package,
    Service,
    objections,
)

TEXT = FILES[LOCK].decode()


def said(service: Service = "inference", **changes: Any) -> str:
    contents: ImageContents = replace(SOUND, **changes)
    return "; ".join(objections(contents, service, TEXT, {}))


def package(name: str, version: str = "1", place: str = SITE) -> Package:
    return Package("pypi", name, version, None, None, place)


def test_a_sound_image_has_no_objections() -> None:
    assert said() == ""


@pytest.mark.parametrize("user", ["", "root", "0", "0:0", "plinth", "10001", "10001:0"])
def test_an_image_needs_a_user_and_a_group_that_are_numbers_and_not_root(user: str) -> None:
    assert "name a user and a group by number" in said(user=user)


def test_what_everybody_may_write_to_is_refused() -> None:
    assert "everybody may write to opt/x" in said(writable=("opt/x",))


def test_programs_that_run_as_another_user_are_refused() -> None:
    assert "usr/bin/su" in said(privileged=("usr/bin/su",))


@pytest.mark.parametrize(
    "word",
    [
        "PIP_INDEX_URL=x",
        "UV_DEFAULT_INDEX=x",
        "RUN pip install --index-url x",
        "RUN pip install --extra-index-url x",
        "some.host/root/simple",
        "PIP_FIND_LINKS=/wheels",
    ],
)
def test_words_of_a_package_index_are_refused(word: str) -> None:
    assert "speaks of a package index" in said(words=(word,))


@pytest.mark.parametrize("name", ["gcc", "cc", "ld", "make", "clang"])
def test_a_compiler_is_refused_in_what_answers_strangers(name: str) -> None:
    assert "there is a compiler" in said(programs=(f"usr/bin/{name}",))
    assert said("training", programs=(f"usr/bin/{name}",)) == ""


@pytest.mark.parametrize("name", ["pytest", "scikit_learn", "MLflow", "dvc"])
def test_packages_of_training_and_tests_are_refused_wherever_they_lie(name: str) -> None:
    stray = package(name, place="usr/lib/python3/dist-packages")

    assert "packages of training or tests" in said(packages=(NUMPY, stray))


def test_packages_that_the_lock_does_not_name_are_refused() -> None:
    assert "doesn't name: left-pad==1" in said(packages=(NUMPY, package("left_pad")))
    assert "doesn't name: numpy==3" in said(packages=(package("numpy", "3"),))


def test_packages_of_the_lock_that_are_missing_are_refused_unless_only_others_need_them() -> None:
    reason = said(packages=())

    assert "aren't there: numpy==2.4.6" in reason
    assert "colorama" not in reason


def test_what_a_package_brings_along_inside_of_itself_is_not_the_locks_matter() -> None:
    vendored = package("jaraco-context", place=f"{SITE}/setuptools/_vendor")

    assert said(packages=(NUMPY, vendored)) == ""


def test_packages_of_the_base_are_not_the_locks_matter() -> None:
    stray = package("setuptools", place="usr/lib/python3/dist-packages")

    assert said(packages=(NUMPY, stray)) == ""


@pytest.mark.parametrize(
    ("found", "wanted"),
    [({"code/a": "1"}, {}), ({}, {"code/a": "1"}), ({"code/a": "1"}, {"code/a": "2"})],
)
def test_files_that_differ_from_what_went_in_are_refused(
    found: dict[str, str], wanted: dict[str, str]
) -> None:
    contents = replace(SOUND, files=found)

    (reason,) = objections(contents, "inference", TEXT, wanted)

    assert "code/a" in reason


def test_many_objections_are_told_in_short() -> None:
    reason = said(writable=tuple(f"opt/{number}" for number in range(9)))

    assert "opt/4 and 4 more" in reason


def test_the_inference_image_is_made_of_the_code_that_payloads_name() -> None:
    recipe = RECIPE_OF["inference"]

    assert recipe.lock in recipe.code
    assert not any("training" in path or "delivery" in path for path in recipe.code)
    assert recipe.from_source == ()
