from support.cases import LABELS, evidence, gate_report, passing
from support.made_records import artifact

from artifacts.certificate import Proof
from artifacts.records.evidence import Confusion
from gate.evidence_page import candidate_page, label_recalls, strongest_mistakes

COUNTS = ((40, 30, 10), (0, 80, 0), (5, 20, 55))
CONFUSION = Confusion(head="style", labels=LABELS, counts=COUNTS)
PROOF = Proof((), bit_equal=True)


def test_recall_and_mistakes_count_photos():
    recalls = label_recalls(CONFUSION)
    assert [(r.label, r.photos, r.right) for r in recalls] == [
        ("baroque", 80, 40),
        ("gothic", 80, 80),
        ("tudor_revival", 80, 55),
    ]
    first, second = strongest_mistakes(CONFUSION, most=2)
    assert (first.truth, first.answer, first.photos) == ("baroque", "gothic", 30)
    assert (second.truth, second.answer, second.photos) == ("tudor_revival", "gothic", 20)


def test_photos_of_no_known_style_are_in_no_count():
    blind = CONFUSION.model_copy(update={"counts": ((0, 0, 0),) * 3})
    assert sum(r.photos for r in label_recalls(blind)) == 0
    assert strongest_mistakes(blind) == ()


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
