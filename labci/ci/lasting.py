"""Whether hub and store outlast the runner: a workflow has a new machine each time, and its disk goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from labci.config import Config
from labci.errors import ConfigError

OWN = "self-hosted"  # a machine that stays, whose disk may, too
HINTS = {
    "hub": "set hub: hf:NAMESPACE/NAME",
    "store": "set store: to a URL that fsspec knows, such as hf://datasets/NAMESPACE/NAME or s3://BUCKET/FOLDER",
}
LOCAL = ("file", "local")


def check(config: Config, environment: Mapping[str, str]) -> None:
    """ConfigError (exit 2) for a hub or a store that only this runner has.

    A folder outside of the clone, named by its whole path, may be a disk that stays: it is taken where
    `$RUNNER_ENVIRONMENT`, which the runner sets, says `self-hosted`.
    """
    kind, _, where = config.hub.partition(":")
    if kind == "folder":
        _folder("hub", config.hub, where, environment)
    protocol, found, path = config.store.partition("://")
    if not found or protocol in LOCAL:
        _folder("store", config.store, path if found else protocol, environment)
    elif protocol == "memory":
        raise _gone("store", config.store)


def _folder(setting: str, value: str, where: str, environment: Mapping[str, str]) -> None:
    own = environment.get("RUNNER_ENVIRONMENT") == OWN
    if not (own and Path(where).is_absolute()):
        raise _gone(setting, value)


def _gone(setting: str, value: str) -> ConfigError:
    return ConfigError(
        f"{setting} {value} is on this runner alone, and gone with it",
        hint=f"{HINTS[setting]} in labci.yaml; on a {OWN} runner the whole path of a disk that stays will do",
    )
