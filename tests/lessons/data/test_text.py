"""Columns of text: numbers of several countries, marks of missing values, words."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from splits import message

from lessons.data.notation import numbers
from lessons.data.text import read_text


def column(words, separator=",", **others):
    """What becomes of one column, and the notes."""
    table, notes = read_text(pd.DataFrame({"a": words, **others}, dtype=object), separator)
    return table["a"], notes


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["1,234.5", "2"], [1234.5, 2]),
        (["1.234,5", "2"], [1234.5, 2]),
        (["1,5", "12,25", "1.234"], [1.5, 12.25, 1234]),
        (["0,125", "0,250"], [0.125, 0.25]),
        (["1234,567", "1,234"], [1234.567, 1.234]),
        (["1 234", "2"], [1234, 2]),
        (["1\u00a0234,5", "2"], [1234.5, 2]),
        (["1\u202f234\u202f567"], [1234567]),
        (["1'234.5", "1’234.5"], [1234.5, 1234.5]),
        (["1,234,567", "1,234"], [1234567, 1234]),
        (["1.234.567", "1.234"], [1234567, 1234]),
        (["−5", "+3", "-1,5"], [-5, 3, -1.5]),
        (["1e3", ".5", "2.", "-1E-2"], [1000, 0.5, 2, -0.01]),
        (["1,5e3"], [1500]),
    ],
)
@pytest.mark.parametrize("separator", [None, ";"])
def test_numbers_of_every_country(words, values, separator):
    numeric, notes = column(words, separator)
    assert numeric.tolist() == values
    whole = all(
        "e" not in word.lower() and value % 1 == 0
        for word, value in zip(words, values, strict=True)
    )
    assert numeric.dtype == ("Int64" if whole else np.float64)
    written = [n for n in notes if n.startswith("Read numbers as they are written elsewhere")]
    assert len(written) == any(
        set(word) & set(" ,'’−\u00a0\u202f") or word.count(".") > 1 for word in words
    )


@pytest.mark.parametrize("words", [["1.234", "999"], ["12.345"], ["-1.234", "2.345"]])
def test_a_point_before_three_digits_is_a_decimal_mark_unless_the_table_shows_the_comma(words):
    plain = [float(word) for word in words]
    thousands = [float(word.replace(".", "")) for word in words]
    assert column(words, ",")[0].tolist() == column(words, None)[0].tolist() == plain
    assert column(words, ";", b=["0.5"] * len(words))[0].tolist() == plain
    for separator in (",", ";", None):
        assert column(words, separator, b=["0,5"] * len(words))[0].tolist() == thousands
    text = message(column, words, ";")
    assert text.startswith("column 'a' must hold numbers that can be read in one way only, got '")
    assert "say pandas.read_csv(path, decimal=..., thousands=...)" in text


@pytest.mark.parametrize("separator", [None, ",", ";", "\t"])
def test_a_comma_before_three_digits_needs_the_rest_of_the_table(separator):
    words = ["1,234", "999"]
    assert column(words, separator, b=["0.5", "1"])[0].tolist() == [1234, 999]
    assert column(words, separator, b=["0,5", "1"])[0].tolist() == [1.234, 999]
    assert "got '1,234', which is 1234 or 1.234" in message(column, words, separator)
    assert "got '1,234'" in message(column, words, separator, b=["0,5", "1"], c=["0.5", "1"])


def test_one_column_with_both_marks_is_refused():
    text = message(column, ["1.5", "2,5", "3"])
    assert text == "column 'a' must have one decimal mark in all its numbers, got '1.5' and '2,5'"


def test_numbers_of_python_among_text_keep_their_point():
    values, _ = column([1.234, "?", 2], b=["1,5"] * 3)
    assert values.dropna().tolist() == [1.234, 2]


@pytest.mark.parametrize(
    "word",
    [
        "12,34,567",
        "1,23",
        "1_000",
        "0x1F",
        "1,234.567,8",
        "1 23",
        "1,234 567",
        "12a",
        "٣",
        "nan",
        "1 ",
        "",
        "+",
        "--5",
        "1e",
        "1.2.3",
    ],
)
def test_what_is_no_number_with_a_point_stays_text(word):
    assert numbers([word], ".") is None


@settings(max_examples=50)
@given(st.floats(-1e9, 1e9).map(lambda x: round(x, 2)), st.sampled_from([".,", ",.", ".'", ", "]))
def test_formatted_numbers_are_read_again(x, marks):
    word = f"{x:,.2f}".translate(str.maketrans({".": marks[0], ",": marks[1]}))
    assert numbers([word], marks[0]).tolist() == [x]


MARKS = [
    "?",
    "-",
    "n/a",
    "N/A",
    ".",
    "NULL",
    "null",
    "unknown",
    "Unknown",
    "NA",
    "None",
    "nan",
    "#N/A",
]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("values", [["1", "2", "3"], ["1.5", "2", "3"], ["True", "False", "TRUE"]])
def test_marks_of_missing_values_are_gaps_among_numbers_and_truth_values(mark, values):
    whole, _ = column(values)
    read, notes = column([*values, mark, f" {mark} ", ""])
    assert read.dtype == whole.dtype
    assert read.isna().tolist() == [False] * 3 + [True] * 3
    assert read.dropna().tolist() == whole.tolist()
    assert notes == (f"Taken as missing values: {mark!r} (a).",)


@pytest.mark.parametrize("mark", MARKS)
def test_marks_among_words_are_words_and_noted(mark):
    words, notes = column(["DE", mark, "", None, np.nan])
    assert words.tolist()[:2] == ["DE", mark]
    assert words.isna().tolist() == [False, False, True, True, True]
    assert notes == (f"Taken as words, not as missing values: {mark!r} (a).",)


def test_a_column_of_nothing_but_marks_is_empty():
    nothing, notes = column(["?", "NA", ""])
    assert nothing.isna().all()
    assert notes == ("Taken as missing values: '?', 'NA' (a).",)
