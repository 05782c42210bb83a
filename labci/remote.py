"""URLs of repositories: which kinds may be fetched, what they point at, and how they are named in messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from labci.errors import UsageError

SCP = re.compile(r"[\w.-]+@[\w.-]+:(?!//)")  # git@host:path


def kind(url: str) -> str:
    """https, ssh or file (a plain path counts as file); anything else is returned as its scheme."""
    if SCP.match(url):
        return "ssh"
    if "::" in url.split("/", 1)[0]:
        return url.split("::", 1)[0] + "::"  # git-remote-ext runs commands
    try:
        scheme = urlsplit(url).scheme if "://" in url else ""
    except ValueError:  # such as half an IPv6 address
        return "unknown"
    return scheme or "file"


def checked(url: str, allow: Sequence[str]) -> str:
    """The URL, if its kind is allowed and it holds no password and no option; else UsageError."""
    if not url or url.startswith("-") or not url.isprintable():
        raise UsageError(f"{url!r} is not the URL of a repository", hint="write https://HOST/PATH")
    found = kind(url)
    if found not in allow or found not in ("https", "ssh", "file"):
        hint = f"add it on purpose: documents: {{allow: [{', '.join((*allow, found))}]}}"
        if found not in ("https", "ssh", "file"):
            hint = "use https"
        raise UsageError(f"repositories of kind {found} are not allowed: {shown(url)}", hint=hint)
    if found == "https" and urlsplit(url).username:
        raise UsageError(f"{shown(url)} holds a user name or password", hint="remove it from the URL")
    return url


class Address(NamedTuple):
    """What a URL points at: a host in lower case, and the path on it without slashes around it and `.git`."""

    host: str
    path: str


def address(url: str) -> Address | None:
    """Host and path of `https://HOST/PATH`, `ssh://USER@HOST/PATH` or `USER@HOST:PATH`; None for a local path."""
    if "::" in url.split("/", 1)[0] or not url.isprintable():
        return None
    host, path = _split(url)
    path = path.strip("/").removesuffix(".git").rstrip("/")
    return Address(host.lower(), path) if host and path else None


def lies_in(url: str, places: Sequence[str]) -> bool:
    """Whether an https URL is one of `places`, or below one: the same host, and whole folders of its path."""
    if kind(url) != "https" or set("%\\?#") & set(url) or {".", ".."} & set(urlsplit(url).path.split("/")):
        return False  # a path that a server would read otherwise than it looks
    host, path = _whole(url)
    trusted = [_whole(place) for place in places if kind(place) == "https"]
    return any(host == other and f"{path}/".startswith(f"{folder}/") for other, folder in trusted)


def _whole(url: str) -> tuple[str, str]:
    """Host with its port, and path, as far as they tell places apart."""
    parts = urlsplit(url)
    return parts.netloc.lower(), parts.path.strip("/").removesuffix(".git").rstrip("/")


def _split(url: str) -> tuple[str, str]:
    if "://" not in url:
        scp = re.match(r"(?:[^/:@]+@)?([^/:@]+):(.*)", url)  # a colon before the first slash
        return (scp[1], scp[2]) if scp else ("", "")
    try:
        parts = urlsplit(url)
        return ("", "") if parts.scheme == "file" else (parts.hostname or "", parts.path)
    except ValueError:  # such as a half IPv6 address
        return "", ""


def protocols(allow: Sequence[str]) -> str:
    """GIT_ALLOW_PROTOCOL for a list of kinds."""
    return ":".join(name for name in ("https", "ssh", "file") if name in allow) or "none"


def shown(url: str) -> str:
    """A URL, or a text with URLs, without their users and passwords."""
    return re.sub(r"(\w+://)[^/\s]*@", r"\1", url)
