"""A learner's own table: what becomes of its columns, and every error in words."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler
from splits import PARTS, SHARES, message, same

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


def test_whole_numbers_with_gaps_are_still_classes(table):
    table["rooms"] = table["rooms"].astype(float)
    assert data.from_table(table, "rooms").task == "regression"
    table.loc[7, "rooms"] = np.nan
    split = data.from_table(table, "rooms")
    assert (split.task, split.classes) == ("classification", (1, 2, 3, 4, 5))
    assert data.from_table(table, "rooms", task="regression").task == "regression"


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


def test_column_names_may_be_integers(table):
    split = data.from_table(table.set_axis(range(4), axis=1), 2)
    assert split.feature_names == ("0", "1", "3")


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
            lambda t: t.assign(age=[np.nan, 1.0] * 30, rooms=[1.0, np.nan] * 30),
            {},
            "table must have rows that miss no value, got none (age: 30, rooms: 30)",
        ),
        (
            lambda t: pd.concat([t, t[["age"]]], axis=1),
            {},
            "table must have no repeated column names, got age more than once",
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
