from dataclasses import replace

import pytest
from support.html_pages import HtmlPage
from support.photo_files import jpeg
from support.sample_evidence import sample_records

from artifacts.digests import digest_bytes, digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.photos import PhotoManifest
from gate.report import card_page, policy_card

PHOTOS = {digest_bytes(data): data for data in (jpeg(seed) for seed in range(60))}
LABELS = ("art_deco", "gothic", "queen_anne", "bauhaus", "baroque", "georgian")
RECORDS = sample_records(LABELS, names=tuple(sorted(PHOTOS)))


class Photos:
    """A dataset that has lost one photo."""

    lost = min(PHOTOS)

    def manifest(self) -> PhotoManifest:
        return PhotoManifest(rows=())

    def photo(self, digest: str) -> bytes:
        if digest == self.lost:
            raise UnreadableRecord("/somewhere/on/this/machine", ("gone",))
        return PHOTOS[digest]


def test_a_card_shows_photos_of_the_dataset() -> None:
    read = HtmlPage(card_page(RECORDS, Photos()))
    assert read.faults == []
    assert len(read.attributes("img")) > 24


def test_a_photo_that_cannot_be_read_is_told_without_a_path_of_this_machine() -> None:
    html = card_page(RECORDS, Photos())
    assert "it is not in the dataset, or not what it was" in html
    assert "/somewhere/on/this/machine" not in html


def test_a_card_without_a_dataset_shows_no_photo_and_says_so() -> None:
    read = HtmlPage(card_page(RECORDS, None))
    assert not read.attributes("img")
    assert "no dataset was given to show it from" in read.text


def test_records_of_two_models_make_no_card() -> None:
    assert RECORDS.evidence is not None
    other = RECORDS.evidence.model_copy(update={"model": digest_json("another")})
    with pytest.raises(UnreadableRecord, match="the evidence is of"):
        card_page(replace(RECORDS, evidence=other), None)


def test_the_same_records_make_the_same_card() -> None:
    assert card_page(RECORDS, Photos()) == card_page(RECORDS, Photos())


def test_a_policy_page_is_a_page_of_the_same_look() -> None:
    read = HtmlPage(policy_card("# Policy of architecture\n\n## Owner\n\nHeritage\n"))
    assert read.faults == []
    assert "Model policy Policy of architecture" in read.text
