"""The image of what staging is to run: built once, published, written down."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.deploy_world import World, digest, model, release

from artifacts.records.release import Payload
from delivery.deploy.infrastructure import BuildImage
from delivery.errors import CommitUnknown, ImageMissing
from delivery.releases.read_wanted import wanted_at

SOURCE = Path("/nonexistent/source")
IMAGE = digest("image")


@dataclass
class FakeImages:
    """Records of images, and a builder that writes them."""

    records: dict[str, str] = field(default_factory=dict)
    built: list[str] = field(default_factory=list)
    published: list[Payload] = field(default_factory=list)
    silent: bool = False

    def image_of(self, payload: Payload) -> str | None:
        """Return the image of code and models."""
        return self.records.get(payload.contents)

    def build(self, payload: Payload, source: Path) -> str:
        """Write a record, unless it is to be forgotten."""
        assert source == SOURCE
        if payload.contents not in self.records and not self.silent:
            self.built.append(payload.contents)
            self.records[payload.contents] = IMAGE
        return "built"

    def publish(self, payload: Payload) -> str:
        """Remember what was pushed."""
        self.published.append(payload)
        return "pushed"


@pytest.fixture
def world() -> World:
    made = World()
    made.commit("empty")
    return made


def build(world: World, images: FakeImages, at: str | None = None):
    building = BuildImage(world.repository, images, images, world.audit, SOURCE, "tests")
    return building(at or world.repository.tip())


def test_an_image_is_built_published_and_written_down(world: World) -> None:
    world.commit("a", staging=release("staging", model()))
    images = FakeImages()

    built = build(world, images)

    (pushed,) = images.published
    assert (built.image, pushed.image) == (IMAGE, IMAGE)
    assert built.lines[:2] == ("built", "pushed")
    (entry,) = world.audit.log
    assert (entry.event, entry.subject, entry.payload) == ("image", IMAGE, pushed.digest)


def test_what_was_built_is_neither_built_nor_written_down_again(world: World) -> None:
    world.commit("a", staging=release("staging", model()))
    images = FakeImages()
    build(world, images)

    world.commit("b")
    assert build(world, images).image == IMAGE

    assert len(images.built) == 1
    assert world.audit.told("image") == [("image", "done")]


def test_where_nothing_is_released_there_is_nothing_to_build(world: World) -> None:
    images = FakeImages()

    assert build(world, images).image is None

    assert (images.built, images.published, world.audit.log) == ([], [], [])


def test_a_build_that_leaves_no_record_is_not_published(world: World) -> None:
    world.commit("a", staging=release("staging", model()))
    images = FakeImages(silent=True)

    with pytest.raises(ImageMissing, match="left no record"):
        build(world, images)

    assert (images.published, world.audit.log) == ([], [])


def test_an_unknown_commit_is_said_to_be_one(world: World) -> None:
    with pytest.raises(CommitUnknown):
        build(world, FakeImages(), "0" * 40)


def test_staging_wants_the_image_that_was_built_of_its_payload(world: World) -> None:
    world.commit("a", staging=release("staging", model()))
    images, tip = FakeImages(), world.repository.tip()

    before = wanted_at(world.repository, "staging", tip, images)
    build(world, images)
    after = wanted_at(world.repository, "staging", tip, images)

    assert before.payload is not None
    assert after.payload is not None
    assert (before.payload.image, after.payload.image) == (None, IMAGE)
    assert before.payload.contents == after.payload.contents
    assert before.digest != after.digest
    assert wanted_at(world.repository, "staging", tip).digest == before.digest
