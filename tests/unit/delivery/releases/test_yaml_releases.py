from datetime import date
from pathlib import Path

import pytest
from support.policy_documents import FIRST_RELEASE
from support.staging_asked import WHY

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from delivery.releases.propose import write_release
from delivery.releases.wanted import release_text

HEX = digest_json("x")


def released(digest):
    return ReleasedModel(digest=digest, version=1, gate_report=digest_json("report"))


def release(*entries):
    return Release(environment="staging", models={"architecture": entries})


def test_a_release_is_written_in_one_form_and_read_back(tmp_path):
    given = Release(
        environment="staging",
        models={"zoo": (FIRST_RELEASE,), "architecture": (released(digest_json("x")),)},
    )
    first = write_release(tmp_path, given).read_bytes()
    found = Release.of_environment(tmp_path, "staging")
    assert found == given
    assert write_release(tmp_path, found).read_bytes() == first
    assert first.index(b"architecture") < first.index(b"zoo")
    assert [path.name for path in tmp_path.iterdir()] == ["staging.yaml"]


def test_the_order_of_models_does_not_change_the_bytes():
    models = {"a": (FIRST_RELEASE,), "b": (FIRST_RELEASE,)}
    turned = dict(reversed(models.items()))
    texts = {
        release_text(Release(environment="staging", models=given)) for given in (models, turned)
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    "text",
    [
        "environment: production\nmodels: {}\n",
        "environment: staging\nmodels: {}\nmodels: {}\n",
        "environment: staging\n",
        "environment: staging\nmodels: {architecture: [{kind: first_release}]}\n",
        "environment: staging\nmodels: {architecture: [{kind: champion}]}\n",
        (
            "environment: staging\nmodels: {architecture: ["
            "{kind: first_release, reason: long enough, stated_on: 2026-11-22}, "
            f"{{kind: model, digest: {HEX}, version: 1, gate_report: {HEX}}}]}}\n"
        ),
        "environment: staging\nmodels: {architecture: [{kind: model, digest: latest}]}\n",
    ],
)
def test_a_release_that_is_not_wholly_understood_is_unreadable(tmp_path, text):
    (tmp_path / "staging.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableRecord):
        Release.of_environment(tmp_path, "staging")


def test_a_release_that_is_not_there_is_unreadable(tmp_path):
    with pytest.raises(UnreadableRecord):
        Release.of_environment(tmp_path, "production")


def test_the_reason_of_a_first_release_is_kept(tmp_path):
    write_release(tmp_path, release(FirstRelease(reason=WHY, stated_on=date(2026, 11, 22))))
    found = Release.of_environment(tmp_path, "staging")
    assert found.champion("architecture").reason == WHY


def test_a_release_carries_its_own_name_into_its_file(tmp_path):
    other = release(FIRST_RELEASE).model_copy(update={"environment": "production"})
    assert write_release(tmp_path, other) == Path(tmp_path) / "production.yaml"
