from collections.abc import Iterator

from features import FeaturesError, PhotoRefused, SchemaError
from features import errors as tree


def _descendants(kind: type[FeaturesError]) -> Iterator[type[FeaturesError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def test_every_error_has_a_code_of_its_own():
    kinds = [FeaturesError, *_descendants(FeaturesError)]
    codes = [kind.__dict__["code"] for kind in kinds]
    assert len(kinds) > 10
    assert len(set(codes)) == len(codes)


def test_the_drawn_tree_names_every_error_and_the_code_of_every_leaf():
    for kind in _descendants(FeaturesError):
        drawn = next(line for line in tree.__doc__.splitlines() if f" {kind.__name__} " in line)
        if not kind.__subclasses__():
            assert drawn.split()[-1] == kind.code


def test_a_leaf_says_what_was_wrong_and_what_to_do():
    for kind in _descendants(PhotoRefused):
        assert (
            str(kind("the file is empty", "Send it again")) == "the file is empty. Send it again."
        )
    for kind in _descendants(SchemaError):
        assert str(kind("lines", "takes no weights")) == "lines: takes no weights"
