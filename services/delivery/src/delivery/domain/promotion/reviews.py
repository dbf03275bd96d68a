"""Reviews of broken glass: by somebody who was not among those who broke it."""

from artifacts.records.approval import Approval, PayloadSubject
from delivery.domain.promotion.facts import ChangeFacts


def counts_as_review(review: Approval, facts: ChangeFacts) -> bool:
    """Whether a review closes a case: by somebody who is not among those who broke the glass."""
    return bool(breakers(review, facts)) and review.approver not in breakers(review, facts)


def breakers(review: Approval, facts: ChangeFacts) -> frozenset[str]:
    """Name who broke the glass for what a review is about, if it names a statement of theirs."""
    together = [
        one.approval
        for one in facts.statements
        if isinstance(one.approval, Approval)
        and one.approval.word == "break_glass"
        and isinstance(one.approval.subject, PayloadSubject)
        and one.approval.subject == review.subject
    ]
    named = any(one.digest == review.of for one in together)
    return frozenset(one.approver for one in together) if named else frozenset()
