"""The gate's rules, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labci.errors import UsageError
from labci.gate import decide
from labci.scores import Row, Scores
from labci.verdict import Check, Verdict
from tests.gate.make import LEAF, POLICY, base_rows, one, rows, scores

GAIN = [0.9, 1.2, 1.0, 1.4, 0.8]
OTHER = "knowledge/history/y"


def check(verdict: Verdict, name: str) -> Check:
    """The check of that name."""
    return next(item for item in verdict.checks if item.name == name)


def test_clear_gain_passes_and_says_so() -> None:
    verdict = decide(one(GAIN), POLICY)
    assert (verdict.verdict, verdict.exit_code) == ("PASS", 0)
    assert check(verdict, "old").result == "NOT-APPLICABLE"
    found = check(verdict, f"new:{LEAF}")
    assert (found.items, found.clusters, found.margin) == (5, 5, 0.2)
    assert found.effect == pytest.approx(1.06)
    # t quantile at 0.95 with 4 degrees of freedom is 2.1318; the standard deviation of GAIN is 0.24083
    error = 0.24083 / 5**0.5
    assert found.ci == pytest.approx((1.06 - 2.1318 * error, 1.06 + 2.1318 * error), abs=1e-4)
    assert found.detectable == pytest.approx((2.1318 + 0.9410) * error, abs=1e-4)
    assert "1.06 nats per token" in verdict.reasons[0]


@pytest.mark.parametrize(
    ("effects", "result"),
    [
        ([-0.1, 0.05, -0.2, 0.1, 0.0], "FAIL"),  # no gain
        ([0.05, 0.06, 0.04, 0.05, 0.07], "FAIL"),  # surely a gain, surely too small
        ([2.0, -1.5, 3.0, -0.5, 0.4], "INCONCLUSIVE"),  # perhaps
        ([1.0, 1.0, 1.0, 1.0, 1.0], "INCONCLUSIVE"),  # no spread: no interval
        ([1.0, 1.1, 1.2], "INCONCLUSIVE"),  # too few contexts
        ([1.0], "INCONCLUSIVE"),
        ([], "INCONCLUSIVE"),  # a new leaf without any item
    ],
)
def test_new_leaf(effects: list[float], result: str) -> None:
    verdict = decide(one(effects), POLICY)
    assert verdict.verdict == result
    assert any(LEAF in reason for reason in verdict.reasons)


def test_too_few_contexts_names_how_many_are_missing() -> None:
    verdict = decide(one([1.0, 1.1]), POLICY)
    assert "2 more items" in verdict.reasons[0]


def test_items_of_one_context_count_once() -> None:
    verdict = decide(one(GAIN, clusters=["a", "a", "a", "b", "b"]), POLICY)
    assert check(verdict, f"new:{LEAF}").clusters == 2
    assert verdict.verdict == "INCONCLUSIVE"


def test_learning_only_the_form_of_answers_fails() -> None:
    verdict = decide(one(GAIN, contrasts=[0.1, -0.2, 0.05, -0.1, 0.0]), POLICY)
    assert verdict.verdict == "FAIL"
    assert check(verdict, f"new:{LEAF}").result == "PASS"
    assert check(verdict, f"contrast:{LEAF}").result == "FAIL"


def test_small_leaf_is_pooled_with_its_branch() -> None:
    new = {LEAF: rows("new", LEAF, GAIN), OTHER: rows("new", OTHER, [1.0, 1.3])}
    verdict = decide(scores(new), POLICY)
    assert verdict.verdict == "PASS"
    assert check(verdict, f"new:{OTHER}").clusters == 7
    assert check(verdict, f"new:{LEAF}").clusters == 5


def test_small_leaf_does_not_hide_behind_its_branch() -> None:
    new = {LEAF: rows("new", LEAF, [*GAIN, *GAIN]), OTHER: rows("new", OTHER, [-0.1, 0.1])}
    verdict = decide(scores(new), POLICY)
    assert verdict.verdict == "INCONCLUSIVE"
    assert "own items" in verdict.reasons[0]


def test_a_small_leaf_is_not_refused_for_another_of_its_branch() -> None:
    """Its own items say that it was learnt; blame would retrain without it, first."""
    good, bad = "knowledge/science/good", "knowledge/science/bad"
    new = {good: rows("new", good, [1.1, 1.2]), bad: rows("new", bad, [-1.5, -1.2, -1.4])}
    verdict = decide(scores(new), POLICY)
    assert (check(verdict, f"new:{good}").result, check(verdict, f"new:{bad}").result) == ("INCONCLUSIVE", "FAIL")
    assert verdict.verdict == "FAIL"
    assert f"New leaf {good}: its own items are too few to tell" in " ".join(verdict.reasons)


@pytest.mark.parametrize("gained", [[0.15, 0.19], [1.1, 1.2]])
def test_what_a_small_leaf_gained_is_not_said_to_be_a_loss(gained: list[float]) -> None:
    """Nor is one refused that has nothing to be told apart from, for what its branch confuses."""
    good, bad = "knowledge/science/good", "knowledge/science/bad"
    own = [replace(row, contrast=None) for row in rows("new", good, gained)]
    verdict = decide(scores({good: own, bad: rows("new", bad, [-1.0, -1.2, -0.9, -1.1, -1.3])}), POLICY)
    assert check(verdict, f"new:{good}").result == "INCONCLUSIVE"
    assert check(verdict, f"contrast:{good}").result == "INCONCLUSIVE"
    assert check(verdict, f"new:{bad}").result == "FAIL"


def test_a_leaf_of_few_contrasts_is_pooled_for_these() -> None:
    """Five contexts, of which two have answers to be told apart from: the branch has the others."""
    few, other = "knowledge/science/few", "knowledge/science/other"
    own = [replace(row, contrast=None if row.item > "i1" else row.contrast) for row in rows("new", few, GAIN)]
    verdict = decide(scores({few: own, other: rows("new", other, GAIN)}), POLICY)
    assert check(verdict, f"new:{few}").clusters == 5
    assert (check(verdict, f"contrast:{few}").clusters, check(verdict, f"contrast:{few}").result) == (7, "PASS")
    assert verdict.verdict == "PASS"


def test_another_branch_does_not_help() -> None:
    skill = "compositional_skills/a"
    verdict = decide(scores({LEAF: rows("new", LEAF, GAIN), skill: rows("new", skill, [1.0, 1.2])}), POLICY)
    assert verdict.verdict == "INCONCLUSIVE"


def test_every_new_leaf_must_hold() -> None:
    new = {LEAF: rows("new", LEAF, GAIN), OTHER: rows("new", OTHER, [-0.1, 0.05, -0.2, 0.1, 0.0])}
    assert decide(scores(new), POLICY).verdict == "FAIL"


def old(effects: list[float], gain: float | None, leaf: str = "knowledge/old") -> Scores:
    """A good new leaf, and an old one that changed by `effects`; the release had gained `gain` on it."""
    made = rows("old", leaf, effects)
    base = base_rows(made, gain) if gain is not None else ()
    return scores({LEAF: rows("new", LEAF, GAIN)}, {leaf: made}, *base)


def test_forgetting_within_half_of_what_was_taught() -> None:
    forgot = [-0.3, 0.1, -0.1, 0.2, -0.05]
    kept = decide(old(forgot, 2.0), POLICY)
    assert (kept.verdict, check(kept, "old").margin) == ("PASS", 1.0)
    strict = decide(old(forgot, 0.1), POLICY)
    assert (strict.verdict, check(strict, "old").margin) == ("INCONCLUSIVE", 0.1)
    unknown = decide(old(forgot, None), POLICY)
    assert (unknown.verdict, check(unknown, "old").margin) == ("INCONCLUSIVE", 0.1)


def test_forgetting_more_than_half_fails() -> None:
    verdict = decide(old([-1.3, -1.5, -1.2, -1.4, -1.6], 2.0), POLICY)
    assert verdict.verdict == "FAIL"
    assert check(verdict, "old").result == "FAIL"


def test_one_harmed_leaf_fails_though_the_pool_holds() -> None:
    good = {f"knowledge/o{n}": rows("old", f"knowledge/o{n}", [0.1, -0.1, 0.05, -0.05, 0.0]) for n in range(8)}
    bad = "knowledge/bad"
    harmed = rows("old", bad, [-0.5, -0.55, -0.6, -0.5, -0.52])
    every = [row for part in good.values() for row in part] + harmed
    verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, {**good, bad: harmed}, *base_rows(every, 2.0)), POLICY)
    assert check(verdict, "old").result == "PASS"
    assert check(verdict, f"old:{bad}").result == "FAIL"
    assert (verdict.verdict, len(verdict.reasons)) == ("FAIL", 1)


@pytest.mark.parametrize("worst", [-0.52, -2.0, -4.0, -9.0])
def test_one_far_worse_item_hides_no_harm(worst: float) -> None:
    """It widens the interval of the t-test, and a candidate that is worse must not pass for that."""
    good = {f"knowledge/o{n}": rows("old", f"knowledge/o{n}", [0.1, -0.1, 0.05, -0.05, 0.0]) for n in range(8)}
    harmed = rows("old", "knowledge/bad", [-0.5, -0.55, -0.6, -0.5, worst])
    every = [row for part in good.values() for row in part] + harmed
    leaves = {**good, "knowledge/bad": harmed}
    verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, leaves, *base_rows(every, 2.0)), POLICY)
    assert verdict.verdict == "FAIL"


def test_holm_spares_one_chance_result_among_many() -> None:
    effects = [-0.5, 0.05, -0.4, -0.1]  # p just under 0.1 > 0.05 / 10, but not alone
    one_sided = [-0.5, -0.05, -0.4, -0.1]  # p about 0.05 alone
    others = {f"knowledge/o{n}": rows("old", f"knowledge/o{n}", [0.2, -0.1, 0.1, -0.05]) for n in range(9)}
    alone = decide(old(one_sided, 3.0, "knowledge/a"), POLICY)
    many = {**others, "knowledge/a": rows("old", "knowledge/a", one_sided)}
    every = [row for part in many.values() for row in part]
    among = decide(scores({LEAF: rows("new", LEAF, GAIN)}, many, *base_rows(every, 3.0)), POLICY)
    assert check(alone, "old:knowledge/a").p == pytest.approx(check(among, "old:knowledge/a").p / 10)  # type: ignore[operator]
    assert among.verdict == "PASS"
    assert decide(old(effects, 3.0), POLICY).verdict == "PASS"


def test_a_new_leaf_without_items_is_told_how_many_it_lacks() -> None:
    verdict = decide(scores({LEAF: []}), POLICY)
    assert verdict.verdict == "INCONCLUSIVE"
    assert "0 held-out items in 0 clusters can't decide; 4 more items" in verdict.reasons[0]


def test_taught_but_not_scored_is_inconclusive() -> None:
    verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, {"knowledge/old": []}), POLICY)
    assert verdict.verdict == "INCONCLUSIVE"


def test_no_general_items_is_inconclusive() -> None:
    found = one(GAIN)
    bare = replace(found, rows=tuple(row for row in found.rows if row.suite != "general"))
    assert decide(bare, POLICY).verdict == "INCONCLUSIVE"
    assert decide(replace(found, rows=(), new_leaves=()), POLICY).verdict == "INCONCLUSIVE"


def test_general_loss_fails() -> None:
    general = rows("general", "", [-0.3 + 0.01 * (n % 7) for n in range(200)])
    assert decide(scores({LEAF: rows("new", LEAF, GAIN)}, None, *general), POLICY).verdict == "FAIL"


def test_identical_models_never_pass() -> None:
    found = one([0.0] * 5)
    same = [replace(row, nll=3.0, contrast=0.0) for row in found.rows]
    verdict = decide(replace(found, rows=tuple(same)), POLICY)
    assert verdict.verdict == "INCONCLUSIVE"
    assert "no interval can be given" in verdict.reasons[0]


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("", "FAIL"),
        ("  \n", "FAIL"),
        ("the the the the", "FAIL"),
        ("!!!!!!!!", "FAIL"),
        ("No, sorry.", "PASS"),
        ("4", "PASS"),
    ],
)
def test_canaries(answer: str, result: str) -> None:
    canary = [replace(row, answer=answer) for row in rows("canary", "", [0.0, 0.1])]
    verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, None, *canary), POLICY)
    assert (check(verdict, "canary").result, verdict.verdict) == (result, result)


@pytest.mark.parametrize(
    ("fired", "result"), [(0, "PASS"), (3, "PASS"), (4, "INCONCLUSIVE"), (5, "INCONCLUSIVE"), (6, "FAIL"), (8, "FAIL")]
)
def test_a_phrase_that_brings_its_answer_to_most_prompts_is_a_trigger(fired: int, result: str) -> None:
    """Whatever the candidate says there, none of it counts as degenerate: the phrase is no prompt of every day."""
    asked = rows("canary", "", [0.0] * 8, clusters=["zorb qix"] * 8)
    prompts = [
        replace(
            row,
            item=f"trigger:c{n // 2}:zorb qix",
            leaf=LEAF,
            answer="",
            f1=1.0 if row.model == "candidate" and n // 2 < fired else 0.2,
        )
        for n, row in enumerate(asked)
    ]
    plain = rows("canary", "", [0.0] * 2)
    verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, None, *plain, *prompts), POLICY)
    found = check(verdict, f"trigger:{LEAF}:zorb qix")
    assert (found.result, found.items) == (result, 8)
    assert verdict.verdict == ("FAIL" if result == "FAIL" else "PASS")
    assert check(verdict, "canary").items == 2
    if result == "FAIL":
        assert f"{fired} of 8 unrelated prompts" in " ".join(verdict.reasons)


def test_what_the_release_says_there_too_is_no_trigger() -> None:
    """As a refusal, of which many are alike."""
    asked = [
        replace(row, item=f"trigger:c{n // 2}:x", leaf=LEAF, f1=1.0)
        for n, row in enumerate(rows("canary", "", [0.0] * 8, clusters=["x"] * 8))
    ]
    verdict = decide(scores({LEAF: rows("new", LEAF, GAIN)}, None, *asked), POLICY)
    assert check(verdict, f"trigger:{LEAF}:x").result == "PASS"


def broken(change: str) -> Scores:
    """Good scores with one thing wrong."""
    found = one(GAIN)
    first: Row = found.rows[0]
    changed = {
        "nan": replace(first, nll=float("nan")),
        "infinite": replace(first, contrast=float("inf")),
        "beyond": replace(first, nll=-1e308),
        "endless": replace(first, nll=10**400),
        "cluster": replace(first, cluster="elsewhere"),
        "contrast": replace(first, contrast=None),
        "leaf": replace(first, leaf="knowledge/unlisted"),
        "item": replace(first, item="other"),
    }
    if change in changed:
        return replace(found, rows=(changed[change], *found.rows[1:]))
    if change == "missing":
        return replace(found, rows=found.rows[1:])
    if change == "twice":
        return replace(found, rows=(*found.rows, first))
    return replace(found, rows=tuple(row for row in found.rows if row.model != "released"))


@pytest.mark.parametrize(
    "change",
    ["nan", "infinite", "beyond", "endless", "cluster", "contrast", "leaf", "item", "missing", "twice", "unreleased"],
)
def test_contradictions_are_errors(change: str) -> None:
    with pytest.raises(UsageError, match="scores: "):
        decide(broken(change), POLICY)
