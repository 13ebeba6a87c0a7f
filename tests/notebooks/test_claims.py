"""Every claim stands in its lesson word for word, was tried, and is on the page of claims."""

import claims
import pytest

DECLARED = claims.declared()

each = pytest.mark.parametrize("claim", DECLARED, ids=lambda claim: claim.test)


@each
def test_the_sentence_stands_in_its_lesson(claim):
    assert claims.plain(claim.sentence) in claims.lesson_text(claim.word)


@each
def test_the_experiment_is_described_and_reports_its_figures(claim):
    assert claim.experiment
    assert claim.seeds >= 20
    assert claim.reports, "its test does not use the fixture `measured`"


@each
def test_the_page_has_the_sentence(claim):
    assert claims.plain(claim.sentence) in claims.on_the_page(), "make claims"


def test_the_page_has_no_sentence_that_is_tried_no_more():
    assert claims.on_the_page() == {claims.plain(claim.sentence) for claim in DECLARED}
