"""`labci init`: a taxonomy repository from the files in `templates/`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from labci import __version__
from labci.artifact import write_bytes
from labci.config import FILE, load
from labci.contribute.owners import owned
from labci.errors import ConfigError, UsageError
from labci.git import Repository

# Where templates go that GitHub looks for in a folder of its own; `gitignore` has no dot here, or it would be
# obeyed among the templates.
GITHUB = ("workflows/", "ISSUE_TEMPLATE/", "CODEOWNERS", "pull_request_template.md")
RECORD = ".github/labci.json"  # what was written there, for `labci ci upgrade`
GITIGNORE = ".gitignore"
CODEOWNERS = Path(".github/CODEOWNERS")

BRANCH = "main"
# Lines of templates that name the base branch.
NAMING = {FILE: b"\nbase: main\n", ".github/workflows/merge.yml": b"\n    branches: [main]\n"}
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")

# Files that a repository on a server often has before it is a taxonomy; nothing of labci's reads its own instead.
SPARED = (".github/", "README.md")


def init(folder: Path, *, branch: str = BRANCH, owners: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write settings, workflows, templates and an example leaf; returns the new files, relative to `folder`.

    Makes a git repository on `branch` where there is none, and commits nothing; in one that is there, settings and
    workflows name its base branch. Files that are there already
    stay as they are (`left` tells those with another content). Nothing at all is written where a taxonomy or a
    labci.yaml of its own is, or something in the way of a file that is needed (UsageError names them).
    A .gitignore keeps its lines and gets those that are missing.
    owners: who must approve what belongs to maintainers, as CODEOWNERS names them; UsageError for no such name.
    """
    base = _base(folder, branch)
    files = {Path(name): data for name, data in _targets(base)}
    files[CODEOWNERS] = owned(files[CODEOWNERS].decode(), owners).encode()
    _check_place(folder)
    files[Path(GITIGNORE)] = _merged(folder / GITIGNORE, files[Path(GITIGNORE)])
    _check_begun(folder, files[Path(FILE)])
    new = {name: data for name, data in files.items() if not _same(folder / name, data)}
    for name in _left(folder, base):
        new.pop(name, None)
    clashes = [str(name) for name in new if _taken(folder, name) and name != Path(GITIGNORE)]
    if clashes:
        raise UsageError(
            f"{folder} has files that init would overwrite: {', '.join(clashes)}",
            hint="move them away first, or start in an empty folder",
        )
    if not (folder / ".git").exists():
        Repository.init(folder, branch=branch)
    for name, data in new.items():
        write_bytes(folder / name, data)
    return tuple(sorted(new))


def left(folder: Path) -> tuple[Path, ...]:
    """Files that `init` would write otherwise, and leaves as they are."""
    return _left(folder, _base(folder, BRANCH))


def _left(folder: Path, base: str) -> tuple[Path, ...]:
    names = ((Path(name), data) for name, data in _targets(base) if name.startswith(SPARED))
    return tuple(sorted(name for name, data in names if (folder / name).is_file() and not _same(folder / name, data)))


def _base(folder: Path, branch: str) -> str:
    """The branch that releases are made from: as labci.yaml says, else as git knows it; `branch` for a new one."""
    if (folder / FILE).is_file():
        return base_of(folder)
    if not (folder / ".git").exists():
        return branch
    repository = Repository.open(folder)
    return repository.default_branch() or branch


def base_of(folder: Path) -> str:
    """The base branch of a taxonomy's settings; the default where they can't be read."""
    try:
        return load(folder / FILE).base
    except ConfigError:
        return BRANCH


def _check_begun(folder: Path, settings: bytes) -> None:
    """A taxonomy with settings of its own is somebody's work; one that init began may get back what it lost."""
    begun = [name for name in (FILE, "taxonomy") if (folder / name).exists() or (folder / name).is_symlink()]
    if begun and not _same(folder / FILE, settings):
        raise UsageError(
            f"{folder} is a taxonomy already: init would overwrite {', '.join(begun)}",
            hint="labci new adds a leaf to it; to begin anew, start in another folder",
        )


def _check_place(folder: Path) -> None:
    """A folder with files inside another repository would get settings that labci looks for at its root."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", hint="name a folder")
    if not folder.is_dir() or (folder / ".git").exists() or not any(folder.iterdir()):
        return
    try:
        outer = Repository.open(folder).root
    except UsageError:
        return  # no repository yet
    if outer != folder.resolve():
        raise UsageError(f"{folder} is inside the repository {outer}", hint=f"labci -C {outer} init")


def written(base: str = BRANCH) -> dict[str, bytes]:
    """What this version writes below `.github/` for a base branch, by path, and the record of it."""
    files = {name: data for name, data in _templates(base) if name.startswith(".github/")}
    texts = {name: data.decode().splitlines() for name, data in files.items()}
    text = json.dumps({"labci": __version__, "files": texts}, indent=1)
    return {**files, RECORD: f"{text}\n".encode()}


def _targets(base: str) -> Iterator[tuple[str, bytes]]:
    yield from (dict(_templates(base)) | written(base)).items()


def _templates(base: str) -> Iterator[tuple[str, bytes]]:
    root = resources.files("labci.contribute") / "templates"
    for name, file in _walk(root, ""):
        if name.startswith(GITHUB):
            name = f".github/{name}"
        data = file.read_bytes()
        if old := NAMING.get(name):
            data = data.replace(old, old.replace(BRANCH.encode(), _quoted(base).encode()))
        yield GITIGNORE if name == "gitignore" else name, data


def _quoted(branch: str) -> str:
    """As YAML has it: a name such as 1.0 or no would be a number or a truth value."""
    return branch if PLAIN.fullmatch(branch) and yaml.safe_load(branch) == branch else json.dumps(branch)


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _walk(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item


def _merged(path: Path, data: bytes) -> bytes:
    if not path.is_file():
        return data
    old = path.read_bytes()
    missing = [line for line in data.splitlines() if line not in old.splitlines()]
    joint = b"" if old.endswith(b"\n") or not old else b"\n"
    return old + joint + b"".join(line + b"\n" for line in missing) if missing else old


def _taken(folder: Path, name: Path) -> bool:
    """Whether something stands where the file or one of its folders should go."""
    parents = [folder / parent for parent in name.parents]
    blocked = any(parent.is_symlink() or parent.is_file() for parent in parents[:-1])
    return blocked or (folder / name).exists() or (folder / name).is_symlink()


def _same(path: Path, data: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == data
