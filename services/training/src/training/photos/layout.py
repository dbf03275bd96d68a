"""Whether the folders of a tree name styles, and what a person may have meant."""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from training.models.definition import ModelDefinition
from training.photos.problems import Problem, shown
from training.photos.sources import FoundFile, Listing

_SHOWN: Final = 6

Label = Callable[[str], str | None]


def misplaced(found: FoundFile, digest: str, model: ModelDefinition) -> Problem | None:
    """Return why a file's place names no style, None where it does."""
    folder, path = found.style_folder, found.path
    if folder is None:
        reason, advice = "it lies in no style's folder", "Move it into the folder of its style"
        return Problem(path, digest, "outside_a_style_folder", reason, advice)
    if model.label_of_folder(folder) is not None:
        return None
    styles = model.classification.labels
    reason = f"the folder's name is none of the {len(styles)} styles"
    advice = f"Rename the folder to one of {', '.join(styles)}, or take it out"
    return Problem(path, digest, "unknown_style", reason, advice, _hinted(folder, path, model))


def _hinted(folder: str, path: str, model: ModelDefinition) -> str:
    """Return a folder's name, and what it may have been meant as."""
    inner = [part for part in PurePosixPath(path).parts[1:-1] if model.label_of_folder(part)]
    if inner:
        return f"{folder}/ (styles lie in it: move them up beside it)"
    near = nearest_style(folder, model)
    return f"{folder}/ (did you mean {near}?)" if near else f"{folder}/"


def nearest_style(folder: str, model: ModelDefinition) -> str | None:
    """Return the style whose name is nearest to a folder's, None where none is near."""
    styles = model.classification.labels
    words = re.sub(r"[^\w]+", "_", folder.casefold()).strip("_")
    near = difflib.get_close_matches(words, styles, n=1)
    within = [style for style in styles if re.search(rf"(^|_){style}(_|$)", words)]
    return next(iter((*near, *within)), None)


def layout_refusal(listing: Listing, model: ModelDefinition) -> Problem | None:
    """Return why no file of a tree can have a style, None where a folder at the top names one."""
    label = model.label_of_folder
    tops = {found.style_folder for found in listing.files if found.style_folder is not None}
    if not listing.files or any(label(top) for top in tops):
        return None
    if parents := _parents_of_styles(listing.files, label):
        names = _and([f"{shown(parent)}/" for parent in parents[:_SHOWN]])
        reason = f"the styles seem to lie in {names}, not at the top of the folder"
        advice = "Put each style's folder at the top; splits are made anew, by building"
        if len(parents) == 1:
            advice = f"Give that folder: .../{shown(listing.name)}/{shown(parents[0])}"
    elif style := label(listing.name):
        reason = f"the folder is itself the one of a style ({style}), and names no other"
        advice = "Give the folder above it, in which one folder a style lies"
    else:
        hints = [_hint(top, model) for top in sorted(tops)[:_SHOWN]]
        there = f"; there is {', '.join(hints)}" if hints else ""
        reason = f"no folder at the top is named as a style{there}"
        styles = ", ".join(model.classification.labels)
        advice = f"Put photos into one folder a style, named as one of {styles}"
    return Problem("", "", "no_style_folder", reason, advice)


def _hint(folder: str, model: ModelDefinition) -> str:
    near = nearest_style(folder, model)
    return f"{shown(folder)}/" + (f" (did you mean {near}?)" if near else "")


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _parents_of_styles(files: Sequence[FoundFile], label: Label) -> list[str]:
    """Return the folders whose folders name styles, those with most files first."""
    counts: Counter[str] = Counter()
    for found in files:
        folders = PurePosixPath(found.path).parts[:-1]
        for at in range(1, len(folders)):
            if label(folders[at]):
                counts["/".join(folders[:at])] += 1
                break
    return [parent for parent, _ in counts.most_common()]


def layout_remarks(listing: Listing, model: ModelDefinition) -> Iterator[Problem]:
    """Yield what is odd about a tree's folders, though photos can be taken in."""
    label = model.label_of_folder
    folders: dict[str, set[str]] = defaultdict(set)
    for found in listing.files:
        if found.style_folder is None or (style := label(found.style_folder)) is None:
            continue
        folders[style].add(found.style_folder)
        inner = PurePosixPath(found.path).parts[1:-1]
        other = next((part for part in inner if label(part) not in (None, style)), None)
        if other:
            reason = f"a folder in a style's folder names another style, and counts as {style}"
            advice = "Move it up beside the other styles if that is what its photos show"
            place = f"{found.style_folder}/.../{other}/"
            yield Problem(found.path, "", "style_within_a_style", reason, advice, place)
    for style, names in sorted(folders.items()):
        if len(names) > 1:
            reason = f"several folders are taken as {style}: {', '.join(map(shown, sorted(names)))}"
            advice = "Nothing is to be done if all of them are meant"
            yield Problem(min(names), "", "style_in_two_folders", reason, advice, style)
    for name in listing.empty:
        if label(name):
            advice = "Put photos into it, or delete it"
            reason = "no photo lies in the folder of a style"
            yield Problem(name, "", "empty_style_folder", reason, advice, f"{name}/")
