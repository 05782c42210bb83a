"""`plain`: any other git server. There is nothing to open, so the contributor gets the text to send."""

from __future__ import annotations

import re

from labci.forges import Place, Proposal, PullRequest
from labci.remote import shown

TEXT = """\
Subject: {title}

{body}

The commits are on the branch {branch} of

    {url}

from {start} on {base} up to {head}. To look at them, and to take them:

    git fetch {url} {branch}
    git log --patch {start}..FETCH_HEAD
    git switch {base} && git merge --no-ff {head}
"""


class PlainForge:
    """A forge for servers that labci can only push to."""

    def __init__(self, place: Place) -> None:
        self._url = shown(place.push.url)

    def find(self, branch: str, base: str) -> PullRequest | None:
        """None: such a server has no pull requests."""
        return None

    def open(self, proposal: Proposal) -> PullRequest:
        """The text for the maintainers, as `body`; nothing is sent."""
        text = TEXT.format(
            title=proposal.title, body=_without_comments(proposal.body), branch=proposal.branch, base=proposal.base,
            url=self._url, start=proposal.start[:12], head=proposal.head[:12],
        )  # fmt: skip
        return PullRequest(number=0, url="", title=proposal.title, body=text)

    def update(self, pull: PullRequest, *, title: str, body: str) -> PullRequest:
        """The same: a text that was sent can't be changed."""
        return pull


def _without_comments(markdown: str) -> str:
    return re.sub(r"<!--.*?-->\n?", "", markdown, flags=re.DOTALL).strip()
