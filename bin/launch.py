"""Starts a service on its own packages and nothing else: what bin/plinth and bin/environment call.

Usage: python -I -S bin/launch.py run SERVICE COMMAND... | environment [--where] NAME... | state

A service runs from a packaged copy: a virtual environment of compiled copies of the packages
which it declares (their src/PACKAGE, nothing that lies beside them), on top of the environment that
was built from its lock. The copy is named by the digest of all that is in it, and compared with
that at each start. Python runs isolated (-I): neither the caller's folder, nor a variable, nor a
user's site reaches it, nor what it starts with `sys.executable`. Standard library only.
"""

import fcntl
import os
import sys
from hashlib import sha256

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
SERVICES = ("training", "gate", "inference", "delivery", "rehearsal")
TOOLS = ("dev", "checkov")
CALLER = dict(os.environ)  # noqa: TID251 - a command's environment comes of its caller's
STAMP = "in-step"
MANIFEST = "manifest"
CACHE = "/__pycache__/"
LINK = "link to "
FOREIGN = ("PYTHON", "DVC_", "MLFLOW_")
OURS = tuple(f"MLFLOW_TRACKING_{name}" for name in ("USERNAME", "PASSWORD", "TOKEN"))
NOT_COMMANDS = ("python", "activate", "Activate", "deactivate", "pydoc")
AGAIN = "Nothing was run. Find out who changed it, then type: rm -rf"


class Refused(Exception):
    """Nothing is run; the text says why and what to type next."""


def main(words: list[str]) -> int:
    """Runs what is asked for; 2 where nothing could be run."""
    try:
        match words:
            case ["run", service, *command]:
                launch(service, command)
            case ["state"]:
                sys.stdout.write(state_folder() + "\n")
            case ["environment", "--where", *names]:
                sys.stdout.writelines(runnable(name) + "\n" for name in names)
            case ["environment", *names]:
                list(map(runnable, names))
    except Refused as refusal:
        sys.stderr.write(f"plinth: {refusal}\n")
        return 2
    return 0


def launch(service: str, command: list[str]) -> None:
    """Becomes the service's command; Refused where its copy can't be built or isn't what it was."""
    python = os.path.join(runnable(service), "bin", "python")
    variables = settings(service)
    try:
        os.execve(python, [python, "-I", "-m", service, *command], variables)
    except OSError as exc:
        raise Refused(f"{python} can't be started: {exc}") from exc


def runnable(name: str) -> str:
    """The folder whose bin/python runs a service, or that of a tool's environment."""
    folder, digest = environment(name)
    return packaged(name, folder, digest) if name in SERVICES else folder


# What a command is told.


def settings(service: str) -> dict[str, str]:
    """The variables of a command: the caller's without other tools' own, and where it runs.

    Two folders are told, PLINTH_ROOT and PLINTH_STATE: a service's settings.py derives the rest.
    """
    # An empty variable of ours is none. Workers started without -I import nothing of the caller's
    # folder; no library reports its use.
    variables = {
        name: value
        for name, value in CALLER.items()
        if (not name.startswith(FOREIGN) or name in OURS)
        and (value or not name.startswith("PLINTH_"))
    } | {"PYTHONSAFEPATH": "1", "ORT_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "true"}
    # It would look through all that is installed for code to run at each model: there is none.
    variables["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    state = variables["PLINTH_STATE"] = state_folder()
    variables.setdefault("PLINTH_ROOT", ROOT)
    variables.setdefault("PLINTH_UV", os.path.join(environments(), "uv", "bin", "uv"))
    if service == "rehearsal":  # delivery takes a box for its forge only where one is named
        variables.setdefault("PLINTH_BOX", f"{state}/box/box")
    return variables


def state_folder() -> str:
    """Where keys, models, registry and log lie.

    PLINTH_STATE says so. Else it is .plinth of the checkout; but a runner's checkout is a
    workspace that the next checkout wipes (`git clean -ffdx`), so there it is a folder of its user.
    """
    told = CALLER.get("PLINTH_STATE", "")
    if told:
        if not os.path.isabs(told):
            raise Refused(f"PLINTH_STATE is {told!r}: it must be an absolute path")
        return told
    root = CALLER.get("PLINTH_ROOT", "")
    if root or CALLER.get("GITHUB_ACTIONS", "") != "true":
        return f"{root or ROOT}/.plinth"
    base = CALLER.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):  # also where it isn't set: the specification ignores others
        home = CALLER.get("HOME", "")
        if not os.path.isabs(home):
            raise Refused("a runner keeps its state in its user's folder, and HOME isn't set: "
                          "set PLINTH_STATE to a folder outside of the workspace")  # fmt: skip
        base = os.path.join(home, ".local", "state")
    repository = CALLER.get("GITHUB_REPOSITORY", "") or "unnamed"
    allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
    name = "".join(one if one in allowed else "-" for one in repository).lstrip(".-")
    return os.path.join(base, "plinth", name or "unnamed")


def environments() -> str:
    """The folder of environments and packaged copies: the checkout's, or one that many share."""
    return CALLER.get("PLINTH_ENVIRONMENTS", "") or os.path.join(ROOT, ".envs")


# The environment of a lock.


def environment(name: str) -> tuple[str, str]:
    """The folder of an environment in step with its lock, and the digest that its stamp names."""
    if name not in (*SERVICES, *TOOLS):
        known = ", ".join(("dev", *SERVICES, "checkov"))
        raise Refused(f"no environment {name}; there are {known}")
    folder = os.path.join(ROOT, *((".venv",) if name == "dev" else (".envs", name)))
    digest = own = own_digest(name, folder)
    if name != "dev" and CALLER.get("PLINTH_ENVIRONMENTS", ""):
        digest = inputs_digest(name)
        folder = os.path.join(environments(), f"{name}-{digest[:40]}")
    if not in_step(folder, digest):
        builder = os.path.join(ROOT, "bin", "build_environment.py")
        # The builder imports its neighbour, so it can't be isolated: -P, and a clean environment.
        variables = {k: v for k, v in CALLER.items() if not k.startswith("PYTHON")}
        words = [sys.executable, "-s", builder, name, digest, folder, own]
        if os.spawnve(os.P_WAIT, sys.executable, words, variables):
            raise Refused(f"the environment {name} isn't there: see above")
    return folder, digest


def inputs_digest(name: str) -> str:
    """The digest of all that an environment is built from, each file with its path."""
    inputs = [
        *(f"requirements/{file}.txt" for file in (name, "bootstrap", "build")),
        *("bin/build_environment.py", "bin/workspace.py"),
    ]
    if name == "dev":  # the packages themselves are installed there, to be edited
        inputs.append("rehearsal/pyproject.toml")
        for folder in ("libs", "services"):
            inputs += [f"{folder}/{one}/pyproject.toml" for one in os.listdir(f"{ROOT}/{folder}")]
    files = {}
    for path in inputs:
        try:
            with open(os.path.join(ROOT, path), "rb") as file:
                files[path] = sha256(file.read()).hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            files[path] = ""
    return digest_of(files)


def own_digest(name: str, folder: str) -> str:
    """The same for one of this checkout, and where it really lies, which its scripts name."""
    return digest_of({"inputs": inputs_digest(name), "place": os.path.realpath(folder)})


def digest_of(files: dict[str, str]) -> str:
    """One digest of names and what belongs to each: bytes can't move from one to the next."""
    whole = sha256()
    for name, value in sorted(files.items()):
        for text in (name, value):
            data = text.encode("utf-8", "surrogateescape")
            whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def in_step(folder: str, digest: str) -> bool:
    """Whether an environment was built from these inputs."""
    try:
        with open(os.path.join(folder, STAMP), encoding="utf-8") as stamp:
            return stamp.read().strip() == digest and os.access(f"{folder}/bin/python", os.X_OK)
    except OSError:
        return False


# The packaged copy of a service.


def packaged(service: str, folder: str, stamped: str) -> str:
    """The folder of the service's packaged copy, made if it isn't there, and verified."""
    folder = os.path.realpath(folder)  # a box's room sees it, and the copy, through links
    sources = read_sources(service)
    digests = {path: sha256(data).hexdigest() for path, data in sources.items()}
    with open(os.path.realpath(__file__), "rb") as file:
        made_by = sha256(file.read()).hexdigest()
    base = os.path.realpath(os.path.join(folder, "bin", "python"))
    facts = {"environment": folder, "stamp": stamped, "python": base, "launcher": made_by}
    copies = os.path.join(environments(), "sources")
    copy = os.path.realpath(f"{copies}/{service}-{digest_of(digests | facts)[:40]}")
    place = os.path.relpath(site := site_of(folder), folder)
    around = surroundings(service, copy, site, place, base)
    links = {f"bin/{name}": base for name in ("python", "python3")} | {
        f"bin/{name}": f"{folder}/bin/{name}"
        for name in os.listdir(f"{folder}/bin")
        if not name.startswith(NOT_COMMANDS) and f"bin/{name}" not in around
    }
    if not os.path.isdir(copy):
        files = {f"{place}/{path}": data for path, data in sources.items()} | around
        try:
            os.makedirs(copies, exist_ok=True)
            with open(os.path.join(copies, "lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not os.path.isdir(copy):
                    build(copy, files, links, base)
                    pruner = os.path.join(ROOT, "bin", "prune_copies.py")
                    words = [sys.executable, "-I", "-S", pruner, copies, service, copy]
                    os.spawnv(os.P_WAIT, sys.executable, words)
        except OSError as exc:
            raise Refused(f"the packaged copy {copy} can't be made: {exc}") from exc
    try:
        os.utime(copy)  # it is in use, so not among the oldest
    except OSError:
        pass  # a shared folder that this user only reads
    expected = {f"{place}/{path}": digest for path, digest in digests.items()}
    expected |= {path: sha256(data).hexdigest() for path, data in around.items()}
    expected |= {path: LINK + target for path, target in links.items()}
    verify(copy, expected)
    return copy


def surroundings(service: str, copy: str, site: str, place: str, base: str) -> dict[str, bytes]:
    """The files that make a folder of packages a virtual environment, by path."""
    python = f"{copy}/bin/python".replace("'", "'\\''")
    return {
        "pyvenv.cfg": os.fsencode(
            f"home = {os.path.dirname(base)}\ninclude-system-site-packages = false\n"
        ),
        # What the lock brought comes after our packages. ASCII, whatever the locale that reads it.
        f"{place}/environment.pth": f"import site; site.addsitedir({site!a})\n".encode(),
        # The stages of the pipeline are commands of training, found on PATH.
        f"bin/{service}": os.fsencode(f"#!/bin/sh\nexec '{python}' -I -m {service} \"$@\"\n"),
    }


def read_sources(service: str) -> dict[str, bytes]:
    """The files of the packages that a service declares, by PACKAGE/PATH."""
    folder = os.path.join(ROOT, service if service == "rehearsal" else f"services/{service}")
    with open(os.path.join(folder, "pyproject.toml"), encoding="utf-8") as file:
        lines = [line.strip(" ,\n") for line in file]
    libraries = [line[8:-1] for line in lines if line.startswith('"plinth-') and line[-1] == '"']
    files: dict[str, bytes] = {}
    read_package(f"{folder}/src/{service}", service, files)
    for library in libraries:
        read_package(os.path.join(ROOT, "libs", library, "src", library), library, files)
    return files


def read_package(folder: str, name: str, into: dict[str, bytes]) -> None:
    """Adds the files of a folder; compiled Python and hidden files are not the package's."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name == "__pycache__" or entry.name[0] == ".":
                    continue
                inside = f"{name}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    read_package(entry.path, inside, into)
                elif not entry.is_file(follow_symlinks=False):
                    raise Refused(
                        f"{entry.path} is no plain file: a package is made of plain files and "
                        "folders. Take it out of the package"
                    )
                elif not entry.name.endswith((".pyc", ".pyo")):
                    with open(entry.path, "rb", buffering=0) as file:
                        into[inside] = file.read()
    except OSError as exc:
        raise Refused(f"a package of the service can't be read: {exc}") from exc


def build(copy: str, files: dict[str, bytes], links: dict[str, str], base: str) -> None:
    """Makes a packaged copy: all of it under another name first, then at once."""
    import shutil  # noqa: PLC0415 - a start that makes no copy has no use for it

    draft = f"{copy}.{os.getpid()}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    for path, data in files.items():
        target = os.path.join(draft, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        write(target, data, 0o555 if path.startswith("bin/") else 0o444)
    for path, target in links.items():
        os.symlink(target, os.path.join(draft, path))
    # Once and for good: by its digest a copy never changes, so Python need not compare times.
    words = [base, "-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    words += ["-s", draft, "-p", copy, os.path.join(draft, "lib")]
    variables = {k: v for k, v in CALLER.items() if not k.startswith("PYTHON")}
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    # A file that doesn't compile says so when it is imported.
    os.waitpid(os.posix_spawn(base, words, variables, file_actions=quiet), 0)
    compiled = {path: digest for path, digest in contents(draft).items() if CACHE in path}
    lines = [f"{digest} {path}\n" for path, digest in sorted(compiled.items())]
    write(f"{draft}/{MANIFEST}", os.fsencode("".join(lines)))
    os.rename(draft, copy)


def site_of(folder: str) -> str:
    """The site-packages of an environment; Refused where it has none."""
    library = os.path.join(folder, "lib")
    names = sorted(os.listdir(library)) if os.path.isdir(library) else []
    for name in names:
        site = f"{library}/{name}/site-packages"
        if name.startswith("python3") and os.path.isdir(site):
            return site
    raise Refused(f"{folder} is no environment. Type: rm -rf '{folder}', and try again")


def write(path: str, data: bytes, mode: int = 0o444) -> None:
    """Writes a new file that nobody is meant to change."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        file.write(data)


def contents(folder: str) -> dict[str, str]:
    """The digest of every file below a folder, and where links lead, by path."""
    found: dict[str, str] = {}
    folders = [""]
    while folders:
        inside = folders.pop()
        with os.scandir(f"{folder}/{inside}") as entries:
            for entry in entries:
                path = inside + entry.name
                if entry.is_file(follow_symlinks=False):
                    with open(entry.path, "rb", buffering=0) as file:
                        found[path] = sha256(file.read()).hexdigest()
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(path + "/")
                elif entry.is_symlink():
                    found[path] = LINK + os.readlink(entry.path)
                else:
                    found[path] = "neither file nor link"
    return found


def verify(copy: str, expected: dict[str, str]) -> None:
    """Refuses a copy that isn't what was packaged: a file changed, more or fewer of them.

    Only compiled files are compared with the copy's own list, all others with the checkout.
    """
    try:
        there = contents(copy)
        with open(f"{copy}/{MANIFEST}", encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.partition(" ") for line in file.read().splitlines()]
    except OSError as exc:
        raise Refused(f"the packaged copy {copy} can't be read: {exc}. {AGAIN} '{copy}'") from exc
    there.pop(MANIFEST, None)
    expected = expected | {path: digest for digest, _, path in lines if CACHE in path}
    if there != expected:
        path = min(p for p in there.keys() | expected if there.get(p) != expected.get(p))
        raise Refused(
            f"{path} of the packaged copy {copy} is not what was packaged: it is "
            f"{there.get(path, 'missing')}, it should be {expected.get(path, 'not there')}. "
            f"{AGAIN} '{copy}'"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
