"""Which repository, host and API a remote's URL stands for, and which hosts get a token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.errors import UsageError
from labci.forges import Place, choose
from labci.forges.github.account import api_url, slug, token_of, upstream
from labci.git import Remote
from labci.remote import Address, address, shown

NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}[A-Za-z0-9]", fullmatch=True).filter(
    lambda name: not name.endswith(".git")
)
HOST = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9](\.[a-z]{2,5}){1,2}", fullmatch=True)
FORMS = [
    "https://{host}/{path}.git", "https://{host}/{path}", "https://{host}/{path}/", "https://u:p%40w@{host}:8443/{path}",
    "git@{host}:{path}.git", "git@{host}:/{path}", "{host}:{path}.git", "ssh://git@{host}/{path}.git",
    "ssh://{host}:2222/{path}", "git://{host}/{path}.git",
]  # fmt: skip


def remote(url: str, written: str = "") -> Remote:
    return Remote(name="origin", url=url, written=written or url)


def place(url: str, upstream: str = "", **environment: str) -> Place:
    other = Remote("upstream", upstream, upstream) if upstream else None
    return Place(push=remote(url), upstream=other, environment=environment)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@given(host=HOST, owner=NAME, name=NAME)
def test_every_form_of_a_url_names_the_same(form: str, host: str, owner: str, name: str) -> None:
    path = f"{owner}/{name}"
    assert address(form.format(host=host, path=path)) == Address(host, path)
    assert address(form.format(host=host.upper(), path=path)) == Address(host, path)


@given(text=st.text(max_size=40) | st.text(alphabet="/:@.[]gith", max_size=12))
def test_any_text_is_an_address_or_none(text: str) -> None:
    found = address(text)
    assert found is None or (found.host and found.path and found.host == found.host.lower())


@given(path=st.from_regex(r"(\.{0,2}|~)/[a-z@:./-]{0,20}", fullmatch=True))
def test_a_local_path_is_no_address(path: str) -> None:
    assert address(path) is None
    assert address(f"file://{path}") is None


def test_a_command_is_no_address() -> None:
    assert address("ext::sh -c whoami") is None


@given(secret=st.text(alphabet="ab@:!$", min_size=1, max_size=9))
def test_a_password_is_not_shown(secret: str) -> None:
    assert (
        shown(f"fatal: 'https://user:{secret}@github.com/o/r.git' failed")
        == "fatal: 'https://github.com/o/r.git' failed"
    )


CHOICES = {
    "https": ("https://github.com/o/r.git", {}, "github"),
    "scp": ("git@github.com:o/r.git", {}, "github"),
    "another host": ("https://git.example.org/o/r.git", {}, "plain"),
    "a path": ("/srv/git/r.git", {}, "plain"),
    "a likely host": ("https://github.com.evil.example/o/r", {}, "plain"),
    "named as Actions does": ("git@ghe.corp:o/r", {"GITHUB_SERVER_URL": "https://ghe.corp"}, "github"),
    "named by its API": ("git@ghe.corp:o/r", {"GITHUB_API_URL": "https://ghe.corp/api/v3"}, "github"),
    "named as gh does": ("git@ghe.corp:o/r", {"GH_HOST": "GHE.corp"}, "github"),
    "with a tenant": ("git@acme.ghe.com:o/r", {"GITHUB_API_URL": "https://api.acme.ghe.com"}, "github"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "environment", "kind"), CHOICES.values(), ids=CHOICES.keys())
def test_auto_goes_by_the_host(url: str, environment: dict[str, str], kind: str) -> None:
    assert choose("auto", place(url, **environment)) == kind
    assert choose("plain", place(url, **environment)) == "plain"


def test_auto_knows_a_url_that_git_rewrites() -> None:
    found = Place(push=remote("/mirror/r.git", "https://github.com/o/r"), upstream=None, environment={})
    assert choose("auto", found) == "github"
    assert slug(found.push, {}) == Address("github.com", "o/r")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("ssh://git@ssh.github.com:443/o/r.git", Address("github.com", "o/r")),
        ("https://www.github.com/o/r", Address("github.com", "o/r")),
        ("git@work:o/r.git", Address("work", "o/r")),
    ],
)
def test_slug(url: str, wanted: Address) -> None:
    assert slug(remote(url), {}) == wanted


@pytest.mark.parametrize("url", ["https://github.com/r", "https://github.com/a/b/c", "/srv/o/r.git"])
def test_what_is_no_repository_on_github(url: str) -> None:
    with pytest.raises(UsageError, match="no repository on GitHub"):
        slug(remote(url), {})


def test_upstream_counts_on_the_same_host_only() -> None:
    push = Address("github.com", "ada/fork")
    assert upstream(place("x", "git@github.com:team/it.git"), push) == Address("github.com", "team/it")
    assert upstream(place("x", "git@git.example:team/it.git"), push) is None
    assert upstream(place("x", "/srv/it.git"), push) is None
    assert upstream(place("x"), push) is None


APIS = {
    "github.com": ("github.com", {}, "https://api.github.com"),
    "Actions": ("github.com", {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_API_URL": "https://api.github.com/"},
                "https://api.github.com"),
    "Enterprise, derived": ("ghe.corp", {"GH_HOST": "ghe.corp"}, "https://ghe.corp/api/v3"),
    "Enterprise, in Actions": ("ghe.corp", {"GITHUB_SERVER_URL": "https://ghe.corp",
                                            "GITHUB_API_URL": "https://ghe.corp/api/v3"}, "https://ghe.corp/api/v3"),
    "a tenant": ("acme.ghe.com", {"GH_HOST": "acme.ghe.com"}, "https://api.acme.ghe.com"),
    "another server's Actions": ("github.com", {"GITHUB_SERVER_URL": "https://ghe.corp",
                                                "GITHUB_API_URL": "https://ghe.corp/api/v3"}, "https://api.github.com"),
    "an SSH alias": ("work", {"GITHUB_API_URL": "https://api.github.com"}, "https://api.github.com"),
    "loopback": ("github.com", {"GITHUB_API_URL": "http://127.0.0.1:99/x"}, "http://127.0.0.1:99/x"),
}  # fmt: skip


@pytest.mark.parametrize(("host", "environment", "wanted"), APIS.values(), ids=APIS.keys())
def test_api_url(host: str, environment: dict[str, str], wanted: str) -> None:
    assert api_url(host, environment) == wanted


def test_a_host_that_only_the_repository_names_gets_no_token() -> None:
    """labci.yaml may say `forge: github`, and the clone may be of anybody's server."""
    with pytest.raises(UsageError, match=r"nothing on this machine says that evil\.example is GitHub"):
        api_url("evil.example", {"GITHUB_TOKEN": "x"})


@pytest.mark.parametrize("url", ["http://api.github.com", "ftp://x", "api.github.com"])
def test_a_token_travels_encrypted_only(url: str) -> None:
    with pytest.raises(UsageError, match="no https URL"):
        api_url("github.com", {"GITHUB_API_URL": url})


def test_tokens() -> None:
    assert token_of("github.com", {"GITHUB_TOKEN": " a\n", "GH_TOKEN": "b"}) == ("GITHUB_TOKEN", "a")
    assert token_of("github.com", {"GITHUB_TOKEN": "", "GH_TOKEN": "b"}) == ("GH_TOKEN", "b")
    with pytest.raises(UsageError, match="takes a token"):
        token_of("github.com", {})
    for bad in ("se cret", "se\ncret", "secrét"):
        with pytest.raises(UsageError, match="GITHUB_TOKEN holds no token") as caught:
            token_of("github.com", {"GITHUB_TOKEN": bad})
        assert "cr" not in str(caught.value)
