"""Reviews of broken glass: by somebody who is new to the case."""

from artifacts.records.approval import Approval, PayloadSubject
from delivery.changes.facts import ChangeFacts
from delivery.changes.rules.authors import authors_of, made_before
from delivery.changes.statements import is_own, read_statements


def counts_as_review(review: Approval, facts: ChangeFacts) -> bool:
    """Whether a review closes a case: by somebody who neither broke, approved nor made it.

    Only signed words make anybody a part of a case. Where nobody can say who made what the glass
    was broken for, no review counts.
    """
    breakers, makers = _spoke(review, facts, "break_glass", named=True), _makers(review, facts)
    if not breakers or makers is None:
        return False
    return review.approver not in breakers | makers | _approvers(review, facts)


def _spoke(review: Approval, facts: ChangeFacts, word: str, *, named: bool) -> frozenset[str]:
    """Return who said a word of the review's subject; with `named`, if one is what it names."""
    said = [
        one
        for statement, one in read_statements(facts)
        if one.word == word
        and isinstance(one.subject, PayloadSubject)
        and one.subject == review.subject
        and is_own(statement, facts)
    ]
    if named and all(one.digest != review.of for one in said):
        return frozenset()
    return frozenset(one.approver for one in said)


def _approvers(review: Approval, facts: ChangeFacts) -> frozenset[str]:
    payload = review.subject.payload if isinstance(review.subject, PayloadSubject) else None
    logged = {
        entry.actor
        for entry in facts.log
        if entry.event == "approval" and payload and entry.payload == payload
    }
    return _spoke(review, facts, "approved", named=False) | logged


def _makers(review: Approval, facts: ChangeFacts) -> frozenset[str] | None:
    """Return who made what brought the payload to production; None where nobody can tell."""
    if not isinstance(review.subject, PayloadSubject):
        return None
    payload = review.subject.payload
    made = facts.brought_by.get(payload)
    if made is None and payload == facts.new_payload:
        made = authors_of(facts) | facts.code_authors
    return None if made is None else made | authors_of(facts) | made_before(facts, payload, None)
