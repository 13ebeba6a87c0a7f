"""A learner's own table: what becomes of its columns, and every error in words."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler
from splits import PARTS, SHARES, arrays_of, message, same

from lessons import data


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(50, 10, 60),
            "rooms": rng.integers(1, 6, 60),
            "kind": ["x", "y", "z"] * 20,
            "price": rng.normal(1e5, 2e4, 60),
        }
    )


def test_table_and_csv_give_the_same_split(table, tmp_path, monkeypatch):
    table.to_csv(tmp_path / "houses.csv", index=False)
    monkeypatch.chdir(tmp_path)
    split = data.from_table(table, "kind")
    assert split.name == "table"
    assert split.feature_names == ("age", "rooms", "price")
    assert split.classes == ("x", "y", "z")
    assert split.notes == ()
    for path in ("houses.csv", tmp_path / "houses.csv"):
        from_csv = data.from_table(path, "kind")
        assert from_csv.name == "houses"
        assert same(from_csv, split)


def test_features_are_standardized_with_training_statistics(table):
    numbers = table[["age", "rooms", "price"]].to_numpy()
    split = data.from_table(table, "kind", seed=5)
    raw = data.from_arrays(numbers, table["kind"], seed=5)
    scaler = StandardScaler().fit(raw.X_train.astype(float))
    for part in PARTS:
        expected = scaler.transform(getattr(raw, f"X_{part}").astype(float))
        assert np.allclose(getattr(split, f"X_{part}"), expected, atol=1e-5)
        assert np.array_equal(getattr(split, f"y_{part}"), getattr(raw, f"y_{part}"))
    assert np.allclose(split.X_train.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(split.X_train.std(axis=0), 1, atol=1e-5)
    assert np.abs(split.X_val.mean(axis=0)).max() > 0.01
    assert np.allclose(split.scaler.mean_, scaler.mean_)


def test_regression_target_is_standardized_and_can_be_turned_back(table):
    split = data.from_table(table[["age", "rooms", "price"]], "price")
    assert split.y_train.dtype == np.float32
    assert np.allclose([split.y_train.mean(), split.y_train.std() - 1], 0, atol=1e-5)
    back = split.target_scaler.inverse_transform(split.y_test[:, None])[:, 0]
    assert all(np.abs(table["price"] - price).min() < 0.1 for price in back)
    assert split.notes == ("Target 'price' is shown as (price - 9.889e+04) / 1.991e+04.",)


def test_rows_with_missing_values_are_dropped_and_counted(table):
    table.loc[:4, "age"] = np.nan
    table.loc[3:9, "kind"] = None
    before = table.copy()
    split = data.from_table(table, "kind")
    assert split.notes == ("Dropped 10 of 60 rows with missing values (age: 5, kind: 7).",)
    assert sum(len(getattr(split, f"y_{part}")) for part in PARTS) == 50
    pd.testing.assert_frame_equal(table, before)


def test_empty_and_constant_columns_are_dropped(table):
    table = table.assign(nothing=np.nan, year=1999, land="NL")
    split = data.from_table(table, "kind")
    assert split.feature_names == ("age", "rooms", "price")
    assert split.notes == (
        "Dropped empty columns: nothing.",
        "Dropped columns with a single value: year, land.",
    )


def test_few_texts_become_columns_of_zero_and_one(table):
    table["heating"] = pd.Categorical(["gas", "wood"] * 30, categories=["wood", "gas", "oil"])
    split = data.from_table(table, "kind")
    assert split.feature_names == ("age", "rooms", "price", "heating=gas", "heating=wood")
    assert split.notes == ("Turned column 'heating' into 2 columns of 0 and 1, one per value.",)
    raw = split.scaler.inverse_transform(split.X_train)[:, 3:]
    assert np.allclose(raw.sum(axis=1), 1)
    assert np.allclose(np.abs(raw - 0.5), 0.5, atol=1e-6)


def test_numbers_stored_as_text_are_read(table):
    expected = data.from_table(table, "price", seed=1)
    text = table.assign(age=table["age"].astype(str), price=table["price"].astype(str))
    split = data.from_table(text, "price", seed=1)
    assert same(split, expected)
    assert split.notes[:2] == (
        "Read the text in column 'price' as numbers.",
        "Read the text in column 'age' as numbers.",
    )


FLOATS = "decimals that are all whole, as values to predict: for classification say task="
INTS = "whole numbers, as classes: for regression say task='regression'."


@pytest.mark.parametrize(
    ("column", "task", "note"),
    [
        ([1.0, 2.0, 3.0] * 20, "regression", f"Took target 'more', {FLOATS}'classification'."),
        ([1, 2, 3] * 20, "classification", f"Took target 'more', {INTS}"),
        ([1.5, 2.0, 3.0] * 20, "regression", None),
        ([True, False, True] * 20, "classification", None),
        (["x", "y", "z"] * 20, "classification", None),
    ],
)
@pytest.mark.parametrize("kind", ["DataFrame", "object", "nullable", "category", "csv"])
def test_task_is_the_same_with_and_without_a_gap(table, tmp_path, kind, column, task, note):
    frame = table.assign(more=column)
    if kind != "DataFrame":
        frame["more"] = frame["more"].astype(object)
    if kind == "nullable":
        frame["more"] = pd.array(column)
    if kind == "category":
        frame["more"] = pd.Categorical(column)
    gappy = frame.copy()
    if kind == "DataFrame" and task == "classification" and column[0] == 1:
        gappy["more"] = gappy["more"].astype(object)  # pandas has no gap among plain int or bool
    gappy.loc[[7, 20], "more"] = None
    whole, holed = frame, gappy
    if kind == "csv":
        whole, holed = tmp_path / "whole.csv", tmp_path / "holed.csv"
        frame.to_csv(whole, index=False)
        gappy.to_csv(holed, index=False)
    first, second = data.from_table(whole, "more"), data.from_table(holed, "more")
    assert first.task == second.task == task
    assert first.classes == second.classes
    assert list(map(type, first.classes)) == list(map(type, second.classes))
    for split in (first, second):
        assert [n for n in split.notes if n.startswith("Took")] == ([note] if note else [])
    for other in {"classification", "regression"} - ({"regression"} if column[0] == "x" else set()):
        split = data.from_table(holed, "more", task=other)
        assert split.task == other
        assert not any(sentence.startswith("Took") for sentence in split.notes)


@pytest.mark.parametrize(
    "column",
    [
        pd.array([True, False, None] * 20, dtype="boolean"),
        pd.Series([True, False, None] * 20, dtype=object),
        pd.Categorical([True, False, None] * 20),
        ["True", "FALSE", ""] * 20,
        ["true", "False", "n/a"] * 20,
    ],
)
def test_true_and_false_with_gaps_are_one_feature_and_two_classes(table, column):
    split = data.from_table(table.assign(more=column), "kind")
    assert split.feature_names == ("age", "rooms", "price", "more")
    raw = split.scaler.inverse_transform(split.X_train)[:, 3]
    assert set(raw.round(6).tolist()) == {0, 1}
    assert split.notes[-1] == "Dropped 20 of 60 rows with missing values (more: 20)."
    assert data.from_table(table.assign(more=column), "more").classes == (False, True)


def test_a_table_is_left_unchanged(table):
    table = table.assign(more=[" yes", "no "] * 30, number=["1,5", "?"] * 30)
    table.columns = [" age", *table.columns[1:]]
    before = table.copy(deep=True)
    data.from_table(table, "kind")
    pd.testing.assert_frame_equal(table, before)


def test_blanks_around_names_and_labels_are_cut_off_and_noted(table):
    table["kind"] = [" yes", "yes ", "no"] * 20
    split = data.from_table(table.rename(columns={"kind": "kind ", "age": "\tage"}), "kind")
    assert split.classes == ("no", "yes")
    assert split.feature_names == ("age", "rooms", "price")
    assert split.notes == (
        "Cut off the blanks around column names: '\\tage', 'kind '.",
        "Cut off the blanks around the texts of: kind.",
    )
    assert data.from_table(table.rename(columns={"kind": "kind "}), "kind ").classes == (
        "no",
        "yes",
    )


def test_a_column_that_costs_most_rows_is_named(table):
    table.loc[5:, "rooms"] = None
    table.loc[:1, "age"] = None
    split = data.from_table(table, "kind", val=0, test=0)
    assert split.notes[0] == (
        "Dropped 57 of 60 rows with missing values (age: 2, rooms: 55): "
        "leave out rooms (table.drop(columns=['rooms'])) to keep 58 rows."
    )
    table.loc[4:, "age"] = None
    split = data.from_table(table, "kind", val=0, test=0)
    assert split.notes[0].endswith(
        "leave out age, rooms (table.drop(columns=['age', 'rooms'])) to keep 60 rows."
    )
    table.loc[:1, "age"] = table.loc[2:, "rooms"] = None
    table.loc[:1, "rooms"] = [1, 2]
    assert message(data.from_table, table, "kind") == (
        "table must have rows that miss no value, got none (age: 58, rooms: 58): "
        "leave out age, rooms (table.drop(columns=['age', 'rooms'])) to keep 60 rows"
    )


@pytest.mark.parametrize("value", ["a remark", 7, True])
def test_a_column_of_one_value_and_gaps_costs_no_rows(table, value):
    whole = data.from_table(table, "kind")
    table["more"] = pd.Series([value, value] + [None] * 58, dtype=object)
    split = data.from_table(table, "kind")
    assert same(split, whole)
    assert split.notes == ("Dropped columns with a single value and gaps: more.",)


def test_gaps_that_cost_all_rows_of_the_other_classes_are_named(table):
    table.loc[table["kind"] != "x", "rooms"] = None
    text = message(data.from_table, table, "kind")
    assert text.startswith(
        "target 'kind' must have more than one value in the rows that miss none, "
        f"got only 'x' (rooms: {(table['kind'] != 'x').sum()})"
    )


def test_a_target_that_is_mostly_missing_is_not_to_be_left_out(table):
    table.loc[20:, "kind"] = None
    assert data.from_table(table, "kind").notes == (
        "Dropped 40 of 60 rows with missing values (kind: 40).",
    )


@pytest.mark.parametrize("shares", [(0, 0), (0.2, 0), (0, 0.2), (0.2, 0.2), (0.4, 0.4)])
def test_a_class_with_a_single_sample_gets_a_sentence(table, shares):
    table.loc[11, "kind"] = "once"
    (note,) = data.from_table(table, "kind", *shares).notes
    assert "(the rarest, 'once', has 1 of 60 samples)." in note


def test_words_among_few_numbers_are_noted(table):
    table["rooms"] = ["1", "2", "3", "5+"] * 15
    split = data.from_table(table, "kind")
    assert split.feature_names[1:5] == ("rooms=1", "rooms=2", "rooms=3", "rooms=5+")
    assert split.notes[0] == "Taken as words, for not all of them are numbers: '5+' (rooms)."


def test_a_feature_that_is_nearly_numbers_is_refused_by_what_is_not(table):
    table["size"] = [str(i) for i in range(59)] + ["about 5"]
    assert "(60 different texts, such as 'about 5')" in message(data.from_table, table, "kind")


@pytest.mark.parametrize(
    "column",
    [
        [True, False] * 30,
        [10**30 + i * 10**28 for i in range(60)],
        [2**62 + i * 2**40 for i in range(60)],
        pd.array([1, 2, 3] * 20, dtype="Int64"),
    ],
)
def test_numbers_of_every_kind_are_one_standardized_feature(table, column):
    split = data.from_table(table.assign(more=column), "kind")
    assert split.feature_names[-1] == "more"
    assert split.X_train[:, -1].std() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("dtype", [int, float, "datetime64[s]", object])
def test_column_names_may_be_anything(table, dtype):
    columns = pd.Index(range(4)).astype(dtype)
    split = data.from_table(table.set_axis(columns, axis=1), columns[2])
    assert split.feature_names == tuple(map(str, columns[[0, 1, 3]]))
    two = table[["age", "kind"]].set_axis([True, False], axis=1)
    assert data.from_table(two, False).feature_names == ("True",)


@pytest.mark.parametrize("column", ["age", "price"])
def test_a_value_too_far_from_the_training_rows_is_refused_not_infinite(table, column):
    table[column] = 1e-3 * table["age"] / 9
    table.loc[5, column] = 3e38
    where = {"age": "feature 'age'", "price": "the target"}[column]
    text = (
        f"{where} must be at most 3.4e38 standard deviations of the training rows from their "
        "mean, got 1 further away"
    )
    refused = 0
    for seed in range(8):
        try:
            split = data.from_table(table, "price", seed=seed)
        except ValueError as error:
            assert str(error) == text
            refused += 1
        else:
            assert all(np.isfinite(array).all() for array in arrays_of(split))
    assert 0 < refused < 8


REFUSED = "feature columns must be numbers, or text with at most 10 different values, got "
LEAVE_OUT = ": leave such columns out (table.drop(columns=[...])) or make numbers of them"


@pytest.mark.parametrize(
    ("change", "arguments", "text"),
    [
        *((lambda t: t, arguments, text) for arguments, text in SHARES),
        (
            lambda t: t,
            {"target": "cost"},
            "target must be one of the columns ['age', 'rooms', 'kind', 'price'], got 'cost'",
        ),
        (
            lambda t: t,
            {"target": ["age"]},
            "target must be one of the columns ['age', 'rooms', 'kind', 'price'], got ['age']",
        ),
        (
            lambda t: t,
            {"task": "regression"},
            "target 'kind' must be numbers for regression, got 'x'",
        ),
        (lambda t: t[:0], {}, "table must have at least one row, got none"),
        (lambda t: t[:2], {}, "the data must be enough rows for val=0.2 and test=0.2, got 2"),
        (lambda t: t[["kind"]], {}, "table must have a feature column beside the target, got none"),
        (
            lambda t: t[["kind"]].assign(a=1),
            {},
            "table must have a feature column that varies, got none",
        ),
        (
            lambda t: t.assign(kind="x"),
            {},
            "target 'kind' must have at least two classes, got only 'x'",
        ),
        (
            lambda t: t.assign(price=2.5),
            {"target": "price"},
            "target 'price' must have more than one value, got only 2.5",
        ),
        (
            lambda t: t.assign(age=[np.inf] + [1.0] * 59),
            {},
            "features must be finite, at most 3.4e38, got 1 NaN, infinite or larger (column age)",
        ),
        (
            lambda t: t.assign(
                age=[np.nan, 1.0, np.nan, 2.0] * 15, rooms=[1.0, np.nan, 2.0, np.nan] * 15
            ),
            {},
            "table must have rows that miss no value, got none (age: 30, rooms: 30)",
        ),
        (
            lambda t: t[["kind"]].assign(kind=["x", "y"] + [None] * 58, a=""),
            {},
            "table must have a feature column that varies, got none",
        ),
        (
            lambda t: pd.concat([t, t[["age"]]], axis=1),
            {},
            "table must have no repeated column names, got age more than once",
        ),
        (
            lambda t: t.assign(**{"age ": 1, " rooms": 2}),
            {},
            "table must have no repeated column names, got age, rooms more than once",
        ),
        (
            lambda t: t.assign(**{"1": 2}).rename(columns={"age": 1}),
            {},
            "table must have no repeated column names, got 1 more than once",
        ),
        (
            lambda t: t.set_axis(pd.MultiIndex.from_product([["a"], t.columns]), axis=1),
            {},
            "table must have one row of column names, got several",
        ),
        (
            lambda t: t.assign(name=[f"No. {i}" for i in range(60)]),
            {},
            f"{REFUSED}'name' (60 different texts, such as 'No. 0'){LEAVE_OUT}",
        ),
        (
            lambda t: t.assign(day=pd.date_range("2020", periods=60, unit="s"), z=1j),
            {},
            f"{REFUSED}'day' (datetime64[s]), 'z' (complex128){LEAVE_OUT}",
        ),
        (
            lambda t: [1, 2],
            {},
            "table must be a pandas DataFrame or the path of a CSV file, got [1, 2]",
        ),
    ],
)
def test_bad_tables(table, change, arguments, text):
    assert message(data.from_table, change(table), **({"target": "kind"} | arguments)) == text
