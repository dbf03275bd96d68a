from dataclasses import replace

import pytest

from features import architecture_schema
from samples.facades import STYLES as DRAWN
from training.errors import UnknownModel
from training.models import model_definition
from training.models.architecture import ARCHITECTURE, STYLES, style_of_folder

# As the 25-class data set of Xu et al. (ECCV 2014) and its copies name their folders.
PUBLIC_NAMES = {
    "Achaemenid architecture": "achaemenid",
    "American craftsman style": "american_craftsman",
    "American Foursquare architecture": "american_foursquare",
    "Ancient Egyptian architecture": "ancient_egyptian",
    "Art Deco architecture": "art_deco",
    "Art Nouveau architecture": "art_nouveau",
    "Baroque architecture": "baroque",
    "Bauhaus architecture": "bauhaus",
    "Beaux-Arts architecture": "beaux_arts",
    "Byzantine architecture": "byzantine",
    "Chicago school architecture": "chicago_school",
    "Colonial architecture": "colonial",
    "Deconstructivism": "deconstructivism",
    "Edwardian architecture": "edwardian",
    "Georgian architecture": "georgian",
    "Gothic architecture": "gothic",
    "Greek Revival architecture": "greek_revival",
    "International style": "international",
    "Novelty architecture": "novelty",
    "Palladian architecture": "palladian",
    "Postmodern architecture": "postmodern",
    "Queen Anne architecture": "queen_anne",
    "Romanesque architecture": "romanesque",
    "Russian Revival architecture": "russian_revival",
    "Tudor Revival architecture": "tudor_revival",
}


def test_the_model_knows_the_25_styles_that_are_drawn() -> None:
    assert len(STYLES) == 25
    assert set(STYLES) == set(DRAWN)


def test_labels_stand_sorted_and_once() -> None:
    """Labels are indices in the ONNX head, so their order is part of the model."""
    assert list(STYLES) == sorted(set(STYLES))


@pytest.mark.parametrize("folder", PUBLIC_NAMES)
def test_folders_of_the_public_data_sets_are_understood(folder: str) -> None:
    assert style_of_folder(folder) == PUBLIC_NAMES[folder]


def test_every_style_has_a_public_name() -> None:
    assert set(PUBLIC_NAMES.values()) == set(STYLES)


MORE = ("01 {}", "3. {} photos", "{} architecture style", "{} buildings", "{}\u0301")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "spelling", [*("{}", " {} ", "{}_architecture", "{}-style", "{}_movement"), *MORE]
)
def test_our_own_names_are_understood_with_and_without_an_ending(style: str, spelling: str) -> None:
    assert style_of_folder(spelling.format(style)) == style
    assert style_of_folder(spelling.format(style.upper().replace("_", " "))) == style


@pytest.mark.parametrize(
    "folder",
    ["brutalism", "", "architecture", "style", "gothic revival", "neo-gothic", "goth", "gothic2"],
)
def test_any_other_folder_is_no_style(folder: str) -> None:
    assert style_of_folder(folder) is None


def test_the_definition_says_what_the_model_is() -> None:
    assert model_definition("architecture") == ARCHITECTURE
    assert ARCHITECTURE.schema().digest == architecture_schema().digest
    assert ARCHITECTURE.classification.name == "style"
    assert (ARCHITECTURE.regression.name, ARCHITECTURE.regression.unit) == ("era", "year")


def test_an_embedding_is_another_schema_of_the_same_model() -> None:
    model = model_definition("architecture", "efficientnet_lite0")
    assert model.schema().digest == architecture_schema("efficientnet_lite0").digest
    assert model.schema().digest != ARCHITECTURE.schema().digest
    assert replace(model, embedding="none") == ARCHITECTURE


def test_a_model_that_is_not_defined_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownModel, match=r"no model 'fraud' is defined; there is architecture"):
        model_definition("fraud")
