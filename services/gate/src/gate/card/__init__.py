"""The model card: what a reviewer looks at, made of records alone."""

from collections.abc import Mapping

from gate.card.data import data_section, doubts_section, leakage_section
from gate.card.examples import Examples, Gallery, choose, photos_shown
from gate.card.origin import (
    families_section,
    limits_section,
    lineage_section,
    resources_section,
)
from gate.card.quality import (
    confusion_section,
    numbers_section,
    reliability_section,
    robustness_section,
)
from gate.card.records import CardRecords
from gate.card.slices import slices_section
from gate.card.verdict import banner, gate_section, use_section
from pages import Page, Paragraph, PhotoTiles, Picture, Section, Unshown

__all__ = ["CardRecords", "choose", "model_card", "photos_shown"]


def model_card(
    records: CardRecords, examples: Examples, pictures: Mapping[str, Picture | Unshown]
) -> Page:
    """Put the card together; `pictures` holds those photos, by digest, that could be shown."""
    gallery = Gallery(pictures, records.evaluation)
    policy, report = records.policy, records.report
    sections = (
        numbers_section(records),
        use_section(policy),
        gate_section(report),
        slices_section(records),
        confusion_section(records, examples, gallery),
        _examples_section(examples, gallery),
        reliability_section(records),
        robustness_section(records),
        data_section(records),
        leakage_section(records, gallery),
        doubts_section(records, gallery),
        families_section(records),
        resources_section(records),
        limits_section(policy),
        lineage_section(records),
    )
    return Page(
        title=records.manifest.name,
        sections=sections,
        kicker="Model card",
        lede=f"Candidate {records.manifest.digest}",
        banner=banner(records),
        footer="Made from records alone, by digest. This page asks for nothing from elsewhere.",
    )


def _examples_section(examples: Examples, gallery: Gallery) -> Section:
    title = "Answers, right and wrong"
    if not examples.right and not examples.wrong:
        text = "No evaluation was given, so no answer can be shown."
        return Section(title, (Paragraph(text, "unsure"),))
    groups = (
        ("Right, and most sure: the surest of each label", examples.right),
        ("Wrong, and most sure: what to worry about", examples.wrong),
    )
    blocks = tuple(PhotoTiles(name, gallery.tiles(found)) for name, found in groups if found)
    return Section(title, blocks, "Photos of the holdout, named by their truth.")
