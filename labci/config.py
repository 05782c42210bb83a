"""labci.yaml: typed settings, each with where it came from (default, profile, file with line, flag)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from labci import profiles, schema
from labci.errors import ConfigError
from labci.node import Node, YamlProblem, parse
from labci.node import Path as Way

FILE = "labci.yaml"
Beside = Callable[[str], bytes | None]  # a file beside labci.yaml by its name; None if there is none
OPTIONS = ("teacher", "model", "seed", "hub", "forge")  # settings with an option of their own
UNKNOWN = "unknown setting"
PROFILE, FLAGGED = "profile", "flag: profile"  # how the origin of a profile's settings begins


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
class PhaseSettings:
    """An entry of `train.phases`. None: as `train:` says."""

    name: str
    learning_rate: float | None = None
    warmup: float | None = None
    epochs: float | None = None
    batch_size: int | None = None
    max_length: int | None = None
    schedule: str | None = None
    checkpoint: str | None = None
    patience: int | None = None

    def to_json(self) -> Any:
        """As labci.yaml has it: the name alone, or a mapping of what it sets."""
        own = {name: value for name, value in asdict(self).items() if value is not None}
        return own if len(own) > 1 else self.name

    def __str__(self) -> str:
        own = [f"{name} {value}" for name, value in asdict(self).items() if value is not None and name != "name"]
        return f"{self.name} ({', '.join(own)})" if own else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one phase is trained, all of it explicit; units as in schemas/labci.json."""

    name: str
    learning_rate: float
    warmup: float
    epochs: float
    batch_size: int
    max_length: int
    schedule: str
    checkpoint: str
    patience: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """`train:`; see schemas/labci.json for units."""

    lane: str
    phases: tuple[PhaseSettings, ...]
    method: str
    replay: float
    general: float
    general_replay: float
    general_labels: str
    max_share: float
    variants: int
    answers: str
    epochs: float
    max_tokens: int
    learning_rate: float
    batch_size: int
    warmup: float
    schedule: str
    checkpoint: str
    patience: int
    max_length: int
    dtype: str
    weights: str
    lora_rank: int
    embeddings: bool
    micro_tokens: int
    recompute: bool
    alphas: tuple[float, ...]

    @property
    def forms(self) -> int:
        """Rows of a knowledge question besides the one as it is asked, at most."""
        return self.variants + (self.answers == "both")

    @property
    def names(self) -> tuple[str, ...]:
        """The phases by name, in their order."""
        return tuple(phase.name for phase in self.phases)

    def recipe(self, name: str) -> Recipe:
        """How a phase is trained: what its entry says, else what `train:` says."""
        found = next((phase for phase in self.phases if phase.name == name), PhaseSettings(name=name))
        own: dict[str, Any] = {key: value for key, value in asdict(found).items() if value is not None}
        others = {field.name: getattr(self, field.name) for field in fields(Recipe) if field.name not in own}
        return Recipe(**own, **others)

    def passes(self, tokens: float, epochs: float | None = None) -> float:
        """Epochs for so many tokens of new samples: what `max_tokens` leaves of `epochs`, at least one."""
        return min(epochs or self.epochs, max(1.0, self.max_tokens / max(1.0, tokens)))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateSettings:
    """`evaluate:`. suites: of other packages, beside the built-in ones."""

    suites: tuple[str, ...]


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
class CommandSettings:
    """`commands:`, who may use which in comments (`labci.ci.command.ROLES`). per_hour: of a pull request."""

    help: str
    explain: str
    lint: str
    plan: str
    preview: str
    approve: str
    retry: str
    per_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSettings:
    """`preview:`, of pull requests. samples: per seed and span, 0 for all. questions: asked of the released model."""

    samples: int
    questions: int
    max_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistSettings:
    """`specialist:`, the embedded teacher's model for knowledge. rows: "" for those that ship with labci alone."""

    rows: str
    max_rows: int
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings. `origin` maps a dotted name to "default", "profile NAME", "labci.yaml:LINE" or "flag"; of a
    profile that a flag names "flag: profile NAME"."""

    taxonomy: str
    base: str
    teacher: str
    model: str
    hub: str
    forge: str
    store: str
    profile: str
    seed: int
    generate: GenerateSettings
    flows: FlowSettings
    train: TrainSettings
    evaluate: EvaluateSettings
    gate: GateSettings
    release: ReleaseSettings
    documents: DocumentSettings
    lint: LintSettings
    commands: CommandSettings
    preview: PreviewSettings
    specialist: SpecialistSettings
    origin: Mapping[str, str]


def read(
    data: bytes, *, name: str = FILE, flags: Mapping[str, Any] | None = None, beside: Beside | None = None
) -> Config:
    """Settings from the bytes of labci.yaml; `flags` maps dotted names to values, None meaning unset.

    A flag goes before labci.yaml, that before the profile that it names, and that before the defaults; a profile
    that a flag names goes before labci.yaml, but before no other flag. beside: reads the profile where it is a file.
    Raises ConfigError with file, line and column for unknown keys, wrong types and unreadable YAML.
    """
    node = _parse(data, name)
    _validate(node, name)
    given = {path: value for path, value in (flags or {}).items() if value is not None}
    if given:
        _validate_flags(given)
    own = dict(_flat(node.value or {}))
    values, origin = _defaults(schema.load("labci"))
    chosen, flagged = given.get("profile", own.get("profile")), "profile" in given
    profile = dict(_flat(_profile(chosen, beside).value or {})) if chosen else {}
    layers = [
        (profile if not flagged else {}, dict.fromkeys(profile, f"{PROFILE} {chosen}")),
        (own, {path: f"{name}:{node.key_position_of(*path.split('.')).line}" for path in own}),
        (profile if flagged else {}, dict.fromkeys(profile, f"{FLAGGED} {chosen}")),
        (flat := dict(_flat(_nested(given))), dict.fromkeys(flat, "flag")),
    ]
    for found, where in layers:
        values |= found
        origin |= {path: where[path] for path in found}
    return _build(values, origin)


def load(path: Path, flags: Mapping[str, Any] | None = None) -> Config:
    """`read` for a file on disk."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"no {path.name} in {path.parent}", hint="run: labci init") from error
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}", hint="make it a readable file") from error

    def beside(name: str) -> bytes | None:
        found = path.parent / name
        return found.read_bytes() if found.is_file() else None

    return read(data, name=path.name, flags=flags, beside=beside)


def profile_file(data: bytes) -> str:
    """The profile that the bytes of a labci.yaml name, if it is a file beside it; else ""."""
    node = _parse(data, FILE)
    chosen = node.value.get("profile") if isinstance(node.value, dict) else None
    return chosen if isinstance(chosen, str) and profiles.is_file(chosen) else ""


def _profile(name: str, beside: Beside | None) -> Node:
    """A profile's settings; ConfigError where there is none of that name, or it is no partial labci.yaml."""
    own = profiles.is_file(name)
    data = (beside(name) if beside else None) if own else profiles.shipped(name)
    if data is None:
        what = f"there is no file {name} beside {FILE}" if own else f"no profile {name!r} ships with labci"
        known = ", ".join(profiles.names())
        raise ConfigError(f"profile: {what}", hint=f"shipped: {known}; or name a .yaml file beside {FILE}")
    file = name if own else f"profiles/{name}{profiles.SUFFIX}"
    node = _parse(data, file)
    _validate(node, file)
    if isinstance(node.value, dict) and "profile" in node.value:
        at = node.key_position_of("profile")
        raise ConfigError(f"{file}:{at.line}:{at.column}: a profile names no other", hint="leave `profile` out of it")
    return node


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
    if node.value is None or (rules is None and _holds(node.value)):
        return
    for path, message, hint in _problems(node.value, rules):
        unknown = message.startswith(UNKNOWN)
        at = node.key_position_of(*path) if unknown else node.position_of(*path)
        where = "" if unknown else f"{'.'.join(map(str, path)) or 'the file'}: "
        raise ConfigError(f"{name}:{at.line}:{at.column}: {where}{message}", hint=hint)


def _holds(value: Any) -> bool:
    """Whether nothing is wrong with a file, quickly."""
    return schema.compiled("labci")(value) and not any(schema.endless(value))


def _problems(value: Any, rules: Mapping[str, Any] | None = None) -> Iterator[tuple[Way, str, str]]:
    """The way to what is wrong, what that is, and what to do; of an unknown setting the way to its key."""
    yield from ((way, "no such number can be set", "write a number with an end") for way in schema.endless(value))
    checker = schema.of(rules) if rules else schema.validator("labci")
    for error in sorted(checker.iter_errors(value), key=lambda e: [str(part) for part in e.absolute_path]):
        error = _closest(error)
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = dict(error.schema).get("properties", {}) if isinstance(error.schema, Mapping) else {}
            extra = next(key for key in error.instance if key not in known)
            where = (*path, extra)
            yield where, f"{UNKNOWN} {'.'.join(map(str, where))!r}", _nearest(str(extra), list(known))
        else:
            yield path, error.message, _hint(error.schema)


def _closest(error: Any) -> Any:
    """Of what may be one thing or another, what is wrong with the one that was meant."""
    here, kinds = error.absolute_path, ("type", "enum", "const")
    meant = [inner for inner in error.context if inner.validator not in kinds or inner.absolute_path != here]
    return _closest(meant[0]) if meant else error


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


def _phases(value: Any, origin: Mapping[str, str]) -> tuple[PhaseSettings, ...]:
    """The entries of `train.phases`. What a stronger origin says of all phases goes before an entry's own."""
    entries = ["stacked"] if value == "stacked" else value
    found = tuple(PhaseSettings(**({"name": entry} if isinstance(entry, str) else entry)) for entry in entries)
    names, where = [phase.name for phase in found], origin["train.phases"]
    double = next((name for name in names if names.count(name) > 1), None)
    whole = {"stacked": set(names), "knowledge": {"short", "long"}}
    if double:
        raise ConfigError(f"{where}: train.phases: {double} is there twice", hint="name each phase once")
    for name, parts in whole.items():
        if name in names and (both := sorted(parts & set(names) - {name})):
            raise ConfigError(f"{where}: train.phases: {name} has the samples of {both[0]}, too", hint="leave one out")
    keys = [field.name for field in fields(PhaseSettings) if field.name != "name"]
    weak = [key for key in keys if _strength(origin[f"train.{key}"]) > _strength(where)]
    overruled: dict[str, Any] = dict.fromkeys(weak)
    return tuple(replace(phase, **overruled) for phase in found)


def _check_weights(weights: str, method: str, origin: Mapping[str, str]) -> None:
    """ConfigError for whole weights that would be trained in bfloat16: their steps are lost in its rounding."""
    if weights != "float32" and method != "lora":
        where = max((origin["train.weights"], origin["train.method"]), key=_strength)
        raise ConfigError(
            f"{where}: train.weights: {weights} is for train.method lora, and it is {method}",
            hint="leave it out, or set train.method: lora",
        )


def _strength(origin: str) -> int:
    """Default, profile, file, a flag's profile, flag: the later goes before the earlier."""
    return {"default": 0, PROFILE: 1, "flag:": 3, "flag": 4}.get(origin.partition(" ")[0], 2)


def _build(values: Mapping[str, Any], origin: Mapping[str, str]) -> Config:
    def section(name: str) -> dict[str, Any]:
        found = {k[len(name) + 1 :]: v for k, v in values.items() if k.startswith(name + ".")}
        return {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}

    train = section("train")
    train["phases"] = _phases(train["phases"], origin)
    _check_weights(train["weights"], train["method"], origin)
    top = {key: value for key, value in values.items() if "." not in key}
    top["taxonomy"] = _folder(top["taxonomy"], origin["taxonomy"])
    return Config(
        **top,
        generate=GenerateSettings(**section("generate")),
        flows=FlowSettings(**section("flows")),
        train=TrainSettings(**train),
        evaluate=EvaluateSettings(**section("evaluate")),
        gate=GateSettings(**section("gate")),
        release=ReleaseSettings(**section("release")),
        documents=DocumentSettings(**section("documents")),
        lint=LintSettings(**section("lint")),
        commands=CommandSettings(**section("commands")),
        preview=PreviewSettings(**section("preview")),
        specialist=SpecialistSettings(**section("specialist")),
        origin=origin,
    )
