"""What a clone remembers of a branch that was submitted: git servers without pull requests keep nothing for it."""

from __future__ import annotations

from labci.git import Repository, publish

DESCRIPTION = "description"  # git's own key: what the branch is about, its title first
SENT = "labci-sent"  # the commit that the text to send was last printed for


def words(repository: Repository, branch: str, title: str, message: str) -> tuple[str, str]:
    """Title and message: those given, else those of an earlier submission of the branch; what is given is kept."""
    kept_title, _, kept_message = publish.noted(repository, branch, DESCRIPTION).partition("\n\n")
    found = title or kept_title, message or kept_message
    if title or message:
        publish.note(repository, branch, DESCRIPTION, "\n\n".join(found))
    return found


def sent_before(repository: Repository, branch: str, news: str) -> bool:
    """Whether the text to send would say what it said the last time; notes that it is said now."""
    head = repository.resolve("HEAD")
    same = not news and publish.noted(repository, branch, SENT) == head
    publish.note(repository, branch, SENT, head)
    return same
