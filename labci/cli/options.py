"""Options that commands share, and the global ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labci import __version__
from labci.progress import Progress

if TYPE_CHECKING:
    from labci.config import Config
    from labci.session import Session


class Color(StrEnum):
    """When output is coloured."""

    auto = "auto"
    always = "always"
    never = "never"


@dataclass(slots=True)
class Global:
    """The options before the command.

    folder: where the command works; every other path starts there, too. named: that folder as `-C` names it, for
    next steps. Both are Path() where that is the user's own.
    """

    folder: Path = Path()
    named: Path = Path()
    config: Path | None = None
    again: str = ""  # what to continue with, where it is not the command as it was typed
    quiet: bool = False
    verbose: bool = False
    color: Color = Color.auto

    def colored(self, stream: Any = None) -> bool:
        """Whether results on stdout (or another stream) get colours."""
        if self.color is Color.auto:
            return bool((stream or sys.stdout).isatty()) and "NO_COLOR" not in os.environ
        return self.color is Color.always


GLOBAL = Global()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"labci {__version__}")
        raise typer.Exit


def root_callback(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("-C", metavar="DIR", help="Run as if started in DIR.")] = Path(),
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings instead of labci.yaml.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say where each setting came from.")] = False,
    color: Annotated[Color, typer.Option(help="Colours.")] = Color.auto,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn a git repository of question-and-answer files into a released language model."""
    _check_crew(context.invoked_subcommand)
    GLOBAL.named, GLOBAL.folder = _enter(context, folder)
    _check_config(config)
    GLOBAL.config, GLOBAL.quiet, GLOBAL.again = config, quiet, ""
    GLOBAL.verbose, GLOBAL.color = verbose, color
    if color is not Color.auto:
        os.environ.pop("NO_COLOR" if color is Color.always else "FORCE_COLOR", None)
        os.environ["FORCE_COLOR" if color is Color.always else "NO_COLOR"] = "1"


def _check_crew(command: str | None) -> None:
    """Several processes of `accelerate launch` do a command several times; only training is shared out."""
    from labci import crew
    from labci.errors import UsageError

    if crew.size() > 1 and command != "train":
        raise UsageError(
            f"labci {command} can't be shared out over {crew.size()} processes",
            hint="run it alone; of the stages, train is what `accelerate launch` is for",
        )


def _enter(context: typer.Context, folder: Path) -> tuple[Path, Path]:
    """Work in the folder until the command has ended, so that every path that it is given starts there.

    Returns the folder as it was named, and its whole path; twice Path() where the user is in it.
    """
    from labci.errors import UsageError

    hint = "name a folder of a taxonomy repository, or leave -C out"
    if folder == Path():
        return Path(), Path()
    if not folder.is_dir():
        what = f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"
        raise UsageError(f"-C {folder}: {what}", hint=hint)
    try:
        if folder.samefile(Path.cwd()):
            return Path(), Path()
        whole = folder.absolute()
        context.with_resource(chdir(folder))
    except OSError as error:
        raise UsageError(f"-C {folder}: {error.strerror}", hint=hint) from error
    return folder, whole


def _check_config(config: Path | None) -> None:
    from labci.errors import UsageError

    if config is not None and (not config.exists() or config.is_dir()):
        raise UsageError(f"--config {config}: there is no such file", hint="name another file, or leave --config out")


def tell_settings(config: Config) -> None:
    """With -v, say where each setting came from, on stderr."""
    if GLOBAL.verbose:
        from labci.report.settings import to_text

        typer.echo(to_text(config), err=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """The progress display that suits stderr: lines, too, where a runner gives its jobs a terminal that nobody sees."""
    from labci.report.progress import Bars, Plain, Quiet

    if GLOBAL.quiet:
        yield Quiet()
    elif sys.stderr.isatty() and not os.environ.get("CI"):
        with Bars() as bars:
            yield bars
    else:
        yield Plain()


class Format(StrEnum):
    """Renderings of results."""

    text = "text"
    json = "json"


class VerdictFormat(StrEnum):
    """Renderings of a verdict, and of who is to blame for it."""

    text = "text"
    json = "json"
    markdown = "markdown"


Range = Annotated[
    str | None, typer.Argument(metavar="[BASE..HEAD]", help="Commits to compare; see the manual for the default.")
]
Worktree = Annotated[bool, typer.Option("--worktree", help="Include uncommitted and untracked files.")]
Run = Annotated[Path | None, typer.Option("--run", metavar="DIR", help="An existing run folder.")]
Teacher = Annotated[
    str | None, typer.Option("--teacher", help="embedded, openai:MODEL, transformers:MODEL, recorded:FILE.")
]
Model = Annotated[str | None, typer.Option("--model", help="Base model: a known name, a folder, a Hugging Face id.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of sampling and training.")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Concurrent teacher requests; 0: as many as it takes.")]
LeafPath = Annotated[
    str | None, typer.Option("--leaf", metavar="PATH", help="Only this leaf: from here, or below the taxonomy root.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Samples per seed and per span.")]
Hub = Annotated[str | None, typer.Option("--hub", help="folder:DIR or hf:NAMESPACE/NAME.")]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any setting of labci.yaml, such as train.epochs=3."),
]
OutputFormat = Annotated[Format, typer.Option("--format", help="text or json.")]


def parse_settings(pairs: list[str] | None) -> dict[str, Any]:
    """`NAME=VALUE` pairs as flags; values are read as YAML."""
    import yaml

    from labci.errors import UsageError

    flags: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--set {pair}: no '='", hint="write --set train.epochs=3")
        try:
            flags[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise UsageError(f"--set {pair}: the value is not YAML", hint="quote it: --set 'NAME=VALUE'") from error
        if flags[name] is None:
            raise UsageError(f"--set {pair}: no value", hint="write one, or leave the option out")
    return flags


def session_here() -> Session | None:
    """The taxonomy repository that this is, if it is one; without it, there is what ships."""
    from labci import config
    from labci.errors import UsageError
    from labci.git import Repository
    from labci.session import Request, open_session

    try:
        repository = Repository.open(GLOBAL.folder)
    except UsageError:
        return None
    if GLOBAL.config is None and not repository.bare and not (repository.root / config.FILE).exists():
        return None
    session = open_session(Request(folder=GLOBAL.folder, config=GLOBAL.config))
    tell_settings(session.config)
    return session
