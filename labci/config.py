"""labci.yaml: typed settings, each with where it came from (default, file with line, flag)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci import schema
from labci.errors import ConfigError
from labci.node import Node, YamlProblem, parse
from labci.node import Path as Way

FILE = "labci.yaml"
OPTIONS = ("teacher", "model", "seed", "hub", "forge")  # settings with an option of their own
UNKNOWN = "unknown setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateSettings:
    """`generate:`."""

    samples_per_seed: int
    samples_per_span: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSettings:
    """`flows:`: of each kind of leaf "auto", "small", "large", a shipped flow's name, or a file of the repository."""

    knowledge: str
    grounded: str
    freeform: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """`train:`; see schemas/labci.json for units."""

    lane: str
    phases: tuple[str, ...]
    method: str
    replay: float
    general: float
    general_replay: float
    variants: int
    epochs: float
    max_tokens: int
    learning_rate: float
    batch_size: int
    warmup: float
    max_length: int
    dtype: str
    alphas: tuple[float, ...]

    def passes(self, tokens: float) -> float:
        """Epochs for so many tokens of new samples: what `max_tokens` leaves of `epochs`, at least one."""
        return min(self.epochs, max(1.0, self.max_tokens / max(1.0, tokens)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """`gate:`, which is also the policy file of `labci gate --policy`. Nats per token."""

    alpha: float
    margin_nll: float
    min_gain_nll: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSettings:
    """`release:`."""

    overrides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSettings:
    """`documents:`. private: https URLs, or beginnings of them, that git's own credentials are used for."""

    allow: tuple[str, ...]
    max_bytes: int
    private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSettings:
    """`lint:`."""

    licenses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistSettings:
    """`specialist:`, the embedded teacher's model for knowledge. rows: "" for those that ship with labci alone."""

    rows: str
    max_rows: int
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings. `origin` maps a dotted name to "default", "labci.yaml:LINE" or "flag"."""

    taxonomy: str
    base: str
    teacher: str
    model: str
    hub: str
    forge: str
    store: str
    seed: int
    generate: GenerateSettings
    flows: FlowSettings
    train: TrainSettings
    gate: GateSettings
    release: ReleaseSettings
    documents: DocumentSettings
    lint: LintSettings
    specialist: SpecialistSettings
    origin: Mapping[str, str]


def read(data: bytes, *, name: str = FILE, flags: Mapping[str, Any] | None = None) -> Config:
    """Settings from the bytes of labci.yaml; `flags` maps dotted names to values, None meaning unset.

    Raises ConfigError with file, line and column for unknown keys, wrong types and unreadable YAML.
    """
    node = _parse(data, name)
    _validate(node, name)
    values, origin = _defaults(schema.load("labci"))
    for path, value in _flat(node.value or {}):
        values[path] = value
        origin[path] = f"{name}:{node.key_position_of(*path.split('.')).line}"
    given = {path: value for path, value in (flags or {}).items() if value is not None}
    if given:
        _validate_flags(given)
    for path, value in _flat(_nested(given)):
        values[path], origin[path] = value, "flag"
    return _build(values, origin)


def load(path: Path, flags: Mapping[str, Any] | None = None) -> Config:
    """`read` for a file on disk."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"no {path.name} in {path.parent}", hint="run: labci init") from error
    return read(data, name=path.name, flags=flags)


def read_policy(data: bytes, name: str) -> GateSettings:
    """The `gate:` mapping as a file of its own (`labci gate --policy FILE`)."""
    node = _parse(data, name)
    if isinstance(node.value, dict) and set(node.value) == {"gate"}:
        return read(data, name=name).gate
    wrapped = schema.load("labci")["properties"]["gate"]
    _validate(node, name, wrapped)
    values, _ = _defaults(wrapped)
    return GateSettings(**{**values, **(node.value or {})})


def _parse(data: bytes, name: str) -> Node:
    try:
        return parse(data)
    except YamlProblem as error:
        at = error.problem.position
        raise ConfigError(f"{name}:{at.line}:{at.column}: {error}", hint=error.problem.hint) from error


def _validate(node: Node, name: str, rules: Mapping[str, Any] | None = None) -> None:
    if node.value is None or (rules is None and schema.compiled("labci")(node.value)):
        return
    for path, message, hint in _problems(node.value, rules):
        unknown = message.startswith(UNKNOWN)
        at = node.key_position_of(*path) if unknown else node.position_of(*path)
        where = "" if unknown else f"{'.'.join(map(str, path)) or 'the file'}: "
        raise ConfigError(f"{name}:{at.line}:{at.column}: {where}{message}", hint=hint)


def _problems(value: Any, rules: Mapping[str, Any] | None = None) -> Iterator[tuple[Way, str, str]]:
    """The way to what is wrong, what that is, and what to do; of an unknown setting the way to its key."""
    checker = schema.of(rules) if rules else schema.validator("labci")
    for error in sorted(checker.iter_errors(value), key=lambda e: [str(part) for part in e.absolute_path]):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = dict(error.schema).get("properties", {}) if isinstance(error.schema, Mapping) else {}
            extra = next(key for key in error.instance if key not in known)
            where = (*path, extra)
            yield where, f"{UNKNOWN} {'.'.join(map(str, where))!r}", _nearest(str(extra), list(known))
        else:
            yield path, error.message, _hint(error.schema)


def _nested(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names as the mapping that labci.yaml would have."""
    whole: dict[str, Any] = {}
    for name, value in flags.items():
        *sections, last = name.split(".")
        place = whole
        for section in sections:
            inner = place.setdefault(section, {})
            if not isinstance(inner, dict):
                raise ConfigError(f"--set {name}: {section} has a value already", hint="leave one of them out")
            place = inner
        place[last] = value
    return whole


def _validate_flags(flags: Mapping[str, Any]) -> None:
    for path, message, hint in _problems(_nested(flags)):
        name = ".".join(map(str, path))
        if message.startswith(UNKNOWN):
            same = [known for known in _defaults(schema.load("labci"))[0] if known.endswith(f".{path[-1]}")]
            raise ConfigError(f"--set {name}: {message}", hint=f"did you mean {same[0]!r}?" if same else hint)
        raise ConfigError(f"{_option(name)}: {message}", hint=hint)


def _option(name: str) -> str:
    """How a setting is written on the command line; a few have an option of their own."""
    return f"--{name}" if name in OPTIONS else f"--set {name}"


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"


def _hint(rules: Any) -> str:
    return str(rules.get("description", "")) if isinstance(rules, dict) else ""


def _defaults(rules: Mapping[str, Any], prefix: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    for key, rule in rules["properties"].items():
        if "properties" in rule:
            values.update(_defaults(rule, f"{prefix}{key}.")[0])
        else:
            values[prefix + key] = rule["default"]
    return values, dict.fromkeys(values, "default")


def _flat(value: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, item in value.items():
        rows += _flat(item, f"{prefix}{key}.") if isinstance(item, dict) else [(prefix + key, item)]
    return rows


def _folder(name: str, origin: str) -> str:
    """A folder below the repository's root as git writes it: `./taxonomy/` is `taxonomy`."""
    found = posixpath.normpath(name)
    if found.startswith((".", "/")):
        raise ConfigError(f"{origin}: taxonomy: {name!r} is no folder below the repository's root", hint="name one")
    return found


def _build(values: Mapping[str, Any], origin: Mapping[str, str]) -> Config:
    def section(name: str) -> dict[str, Any]:
        found = {k[len(name) + 1 :]: v for k, v in values.items() if k.startswith(name + ".")}
        return {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}

    train = section("train")
    train["phases"] = ("stacked",) if train["phases"] == "stacked" else train["phases"]
    top = {key: value for key, value in values.items() if "." not in key}
    top["taxonomy"] = _folder(top["taxonomy"], origin["taxonomy"])
    return Config(
        **top,
        generate=GenerateSettings(**section("generate")),
        flows=FlowSettings(**section("flows")),
        train=TrainSettings(**train),
        gate=GateSettings(**section("gate")),
        release=ReleaseSettings(**section("release")),
        documents=DocumentSettings(**section("documents")),
        lint=LintSettings(**section("lint")),
        specialist=SpecialistSettings(**section("specialist")),
        origin=origin,
    )
