from support.cases import LABELS, evidence, gate_report, passing
from support.made_records import artifact

from artifacts.certificate import Proof
from artifacts.records.evidence import Confusion
from gate.evidence_page import candidate_page, strongest_mistakes

COUNTS = ((40, 30, 10), (0, 80, 0), (5, 20, 55))
CONFUSION = Confusion(head="style", labels=LABELS, counts=COUNTS)
PROOF = Proof((), bit_equal=True)


def test_recall_and_mistakes_count_photos():
    page = candidate_page(
        artifact(), gate_report(passing()), evidence(confusions=(CONFUSION,)), PROOF
    )
    plain = page.replace("\\", "")
    for row in ("baroque | 0.5000 | 80", "gothic | 1.0000 | 80", "tudor_revival | 0.6875 | 80"):
        assert f"| {row} |" in plain
    assert strongest_mistakes(CONFUSION)[:2] == [
        ("baroque", "gothic", 30, 80),
        ("tudor_revival", "gothic", 20, 80),
    ]


def test_photos_of_no_known_style_are_in_no_count():
    blind = CONFUSION.model_copy(update={"counts": ((0, 0, 0),) * 3})
    page = candidate_page(artifact(), gate_report(passing()), evidence(confusions=(blind,)), PROOF)
    assert "| baroque | - | 0 |" in page.replace("\\", "")
    assert strongest_mistakes(blind) == []


def test_a_page_escapes_labels_and_differences():
    evil = "<img src=x>|`"
    style = CONFUSION.model_copy(update={"labels": (evil, *LABELS[1:])})
    page = candidate_page(
        artifact(),
        gate_report(passing()),
        evidence(confusions=(style,)),
        Proof((evil,), bit_equal=False),
    )
    assert evil not in page
    assert "<" not in page
    assert "NOT answered as certified" in page


def test_a_page_names_digests_commit_and_data():
    candidate = artifact()
    page = candidate_page(candidate, None, None, PROOF)
    for text in (candidate.digest, candidate.manifest.code.commit, "holdout", "linear"):
        assert text in page.replace("\\", "")
