"""Which repository on which host a remote names, where its API is, and the token for it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from labci.errors import UsageError
from labci.forges import GITHUB, Place, github_hosts
from labci.git import Remote
from labci.remote import Address, address

TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
ALIASES = {f"ssh.{GITHUB}": GITHUB, f"www.{GITHUB}": GITHUB}  # SSH over the https port; as browsers show it
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def slug(remote: Remote, environment: Mapping[str, str]) -> Address:
    """Host and `OWNER/NAME` of a remote, by its URL or by the one that git rewrites; UsageError if it has none."""
    found = [Address(ALIASES.get(at.host, at.host), at.path) for at in map(address, remote[1:]) if at]
    known = [at for at in found if at.host in github_hosts(environment)]
    for at in (*known, *found):
        if at.path.count("/") == 1:
            return at
    hint = "github has https://HOST/OWNER/NAME; for another server: --forge plain"
    raise UsageError(f"the remote {remote.name} is no repository on GitHub", hint=hint)


def upstream(place: Place, push: Address) -> Address | None:
    """The repository of the remote `upstream`, if it is on the same host."""
    if place.upstream is None:
        return None
    try:
        found = slug(place.upstream, place.environment)
    except UsageError:
        return None  # on another kind of server
    return found if found.host == push.host else None


def api_url(host: str, environment: Mapping[str, str]) -> str:
    """Base URL of a host's REST API, without a slash at the end.

    `GITHUB_API_URL` is for the host in `GITHUB_SERVER_URL` (as GitHub Actions sets both), or for any without that one.
    A host that only a repository names gets no token: it is UsageError.
    """
    given = environment.get("GITHUB_API_URL", "").rstrip("/")
    server = address(f"{environment.get('GITHUB_SERVER_URL', '')}/x")
    if given and (server is None or server.host == host):
        return _safe(given)
    if host == GITHUB:
        return f"https://api.{GITHUB}"
    if host not in github_hosts(environment):
        hint = f"if {host} is GitHub Enterprise and may have your token: export GH_HOST={host}; else: --forge plain"
        raise UsageError(f"nothing on this machine says that {host} is GitHub", hint=hint)
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"


def _safe(url: str) -> str:
    """The URL, if a token may travel there."""
    parts = urlsplit(url)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        return url
    raise UsageError("GITHUB_API_URL is no https URL", hint="such as https://api.github.com")


def token_of(host: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Name of a variable, and the token in it; UsageError if there is none, or it is none."""
    for name in TOKENS:
        token = environment.get(name, "").strip()
        if not token:
            continue
        if not token.isascii() or not token.isprintable() or " " in token:
            raise UsageError(f"{name} holds no token", hint="it is one word; copy it again")
        return name, token
    hint = f"make one at https://{host}/settings/tokens, then: export {TOKENS[0]}=…\nwithout: --forge plain"
    raise UsageError("opening a pull request on GitHub takes a token", hint=hint)
