from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.image_fakes import (
    BASE,
    COMMIT,
    NOW,
    RECIPE_FILES,
    FakeModels,
    FakeWorkshop,
    payload_of,
)

from artifacts.code import code_digest
from artifacts.digests import digest_bytes, digest_file
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload, ReleasedModel
from artifacts.refusal import Refusal
from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.contents import BASE_FILE
from delivery.targets.aws.images.make_image import Built, build_payload, build_service
from delivery.targets.aws.images.oci_layout import read_layout

OTHER = digest_bytes(b"another image")


@pytest.fixture
def workshop(tmp_path: Path) -> FakeWorkshop:
    return FakeWorkshop(tmp_path)


def built(workshop: FakeWorkshop, payload: Payload) -> ImageRecord:
    result = build_payload(payload, workshop.parts())
    assert isinstance(result, Built), result
    return result.record


def refused(workshop: FakeWorkshop, payload: Payload) -> str:
    result = build_payload(payload, workshop.parts())
    assert isinstance(result, Refusal)
    assert workshop.left() == []
    return result.reason


def test_a_payload_becomes_an_image_with_a_record_of_all_that_went_in(
    workshop: FakeWorkshop,
) -> None:
    payload = payload_of()

    record = built(workshop, payload)

    assert record == workshop.store.find(payload.digest)
    layout = workshop.store.layout(payload.digest)
    assert record.sbom == digest_file(layout.with_name("sbom.cdx.json"))
    contents = read_layout(layout)
    assert (record.payload, record.code, record.base) == (payload.digest, payload.code.digest, BASE)
    assert record.models == (digest_bytes(b"model"),)
    assert (record.image, record.size) == (contents.image, contents.size)
    assert record.built_with == "fake 1.0"
    assert record.built_at == record.stated_at == NOW


def test_the_engine_is_told_what_the_labels_say(workshop: FakeWorkshop) -> None:
    payload = payload_of()

    built(workshop, payload)

    (order,) = workshop.engine.orders
    assert order.arguments == {
        "COMMIT": COMMIT,
        "CODE": payload.code.digest,
        "PAYLOAD": payload.digest,
        "MODELS": digest_bytes(b"model"),
    }
    assert (order.base, order.pinned) == ("runtime", f"python@{BASE}")
    assert order.dockerfile == "inference.Dockerfile"
    assert {"model/manifest.json", "public-key.pem", "lock.txt", "wheels/uv-1.whl"} <= (
        workshop.engine.found[0]
    )


def test_what_was_built_is_not_built_again(workshop: FakeWorkshop) -> None:
    built(workshop, payload_of())

    again = build_payload(payload_of(), workshop.parts())

    assert isinstance(again, Built)
    assert not again.new
    assert len(workshop.engine.orders) == 1


def test_what_another_command_built_meanwhile_is_taken(
    workshop: FakeWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    building = workshop.store.building

    @contextmanager
    def slower() -> Iterator[None]:
        monkeypatch.setattr(workshop.store, "building", building)
        built(workshop, payload_of())
        with building():
            yield

    monkeypatch.setattr(workshop.store, "building", slower)

    result = build_payload(payload_of(), workshop.parts())

    assert isinstance(result, Built)
    assert not result.new
    assert len(workshop.engine.orders) == 1


def test_a_payload_that_pins_this_image_gets_it(workshop: FakeWorkshop) -> None:
    image = built(workshop, payload_of()).image
    pinned = payload_of(image=image)

    assert built(workshop, pinned).payload == pinned.contents
    assert built(workshop, pinned).image == image


def test_a_payload_that_pins_another_image_is_refused(workshop: FakeWorkshop) -> None:
    for _ in ("built now", "there already"):
        result = build_payload(payload_of(image=OTHER), workshop.parts())

        assert isinstance(result, Refusal)
        assert OTHER in result.reason


def test_code_that_is_not_the_payloads_is_refused(workshop: FakeWorkshop) -> None:
    reason = refused(workshop, payload_of(code=digest_bytes(b"other code")))

    assert f"its commit {COMMIT} gives" in reason
    assert workshop.engine.orders == []


def test_a_model_that_does_not_verify_is_refused_before_anything_is_built(
    workshop: FakeWorkshop,
) -> None:
    workshop.models = FakeModels(forged=True)

    assert "it is forged" in refused(workshop, payload_of())
    assert workshop.engine.orders == []


def test_an_image_that_runs_as_root_is_refused(workshop: FakeWorkshop) -> None:
    workshop.engine.user = ""

    assert "runs as root" in refused(workshop, payload_of())


def test_an_image_with_another_file_than_what_was_verified_is_refused(
    workshop: FakeWorkshop,
) -> None:
    workshop.engine.others = {"model/manifest.json": b"another"}

    assert "model/manifest.json" in refused(workshop, payload_of())


def test_several_models_are_refused(workshop: FakeWorkshop) -> None:
    payload = payload_of()
    (entries,) = payload.models.values()
    two = payload.model_copy(update={"models": {"architecture": entries, "fraud": entries}})

    assert "several models (architecture, fraud)" in refused(workshop, two)


def test_a_challenger_is_refused(workshop: FakeWorkshop) -> None:
    entries = tuple(
        ReleasedModel(
            digest=digest_bytes(role.encode()), version=1, gate_report=BASE, role=role, weight=0.5
        )
        for role in ("champion", "challenger")
    )
    payload = payload_of().model_copy(update={"models": {"architecture": entries}})

    assert "challenger, champion" in refused(workshop, payload)


@pytest.mark.parametrize("name", sorted(RECIPE_FILES))
def test_a_commit_without_a_recipe_breaks_and_leaves_nothing(
    workshop: FakeWorkshop, name: str
) -> None:
    del workshop.source.contents[name]

    with pytest.raises(BuildFailed, match=f"lacks {name}"):
        build_payload(payload_of(), workshop.parts())
    assert workshop.left() == []


def test_a_base_that_is_not_pinned_by_digest_breaks(workshop: FakeWorkshop) -> None:
    workshop.source.contents[BASE_FILE] = b"BASE_IMAGE=python:3.11\n"

    with pytest.raises(BuildFailed, match="pins no base"):
        build_payload(payload_of(), workshop.parts())


def test_a_broken_engine_leaves_nothing(workshop: FakeWorkshop) -> None:
    workshop.engine.broken = True

    with pytest.raises(BuildFailed):
        build_payload(payload_of(), workshop.parts())
    assert workshop.left() == []


def test_a_tools_image_is_kept_under_its_codes_digest(workshop: FakeWorkshop) -> None:
    lock = b"numpy==2.4.6\n"
    code = {"services/delivery/src/x.py": b"", "requirements/delivery.txt": lock}
    workshop.source.contents = {
        **RECIPE_FILES,
        **code,
        "infra/images/delivery.Dockerfile": b"FROM scratch\n",
    }

    first = build_service("delivery", COMMIT, workshop.parts())
    second = build_service("delivery", COMMIT, workshop.parts())

    assert isinstance(first, Built)
    assert isinstance(second, Built)
    assert (first.new, second.new) == (True, False)
    assert first.record.code == code_digest(code)
    assert workshop.store.find(code_digest(code)) == first.record
    assert (first.record.payload, first.record.models) == (None, ())
    assert workshop.engine.orders[0].base == "tools"
