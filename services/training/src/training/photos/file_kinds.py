"""What can't be meant as a photo, by its name alone."""

from pathlib import PurePosixPath
from typing import Final

SYSTEM_FILES: Final = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "picasa.ini", "icon\r"})
SYSTEM_FOLDERS: Final = frozenset(
    {"__macosx", "@eadir", "#recycle", "#snapshot", "$recycle.bin", "lost+found"}
    | {"system volume information"}
)
_ENDINGS: Final = {
    "sidecar files": ".json .xmp .aae .thm .pp3 .dop .xml .yaml .yml",
    "documents": ".txt .md .rst .csv .tsv .xls .xlsx .ods .numbers .doc .docx .odt .rtf .pdf .pptx "
    ".html .htm .url .webloc .lnk .ini .log .db .sqlite .py .ipynb .sh .bat .npy .npz .parquet",
    "films and sound": ".mov .mp4 .m4v .avi .3gp .mpg .mpeg .mts .mkv .webm .wmv .m4a .mp3 .wav",
    "archives": ".zip .7z .rar .tar .gz .tgz .bz2 .xz",
    "unfinished downloads": ".part .crdownload .download .tmp",
}
KINDS: Final = {ending: kind for kind, all_ in _ENDINGS.items() for ending in all_.split()}
SPREADSHEETS: Final = frozenset({".xls", ".xlsx", ".xlsm", ".ods", ".numbers"})


def ignored_file(name: str) -> str | None:
    """Return as what a file is ignored, None where it may be meant as a photo."""
    if name.startswith("."):
        return "hidden files"
    if name.lower() in SYSTEM_FILES:
        return "system files"
    return KINDS.get(PurePosixPath(name).suffix.lower())


def ignored_folder(name: str) -> str | None:
    """Return as what a folder is ignored with all that is in it, None where it is looked into."""
    if name.startswith("."):
        return "hidden folders"
    return "system folders" if name.lower() in SYSTEM_FOLDERS else None
