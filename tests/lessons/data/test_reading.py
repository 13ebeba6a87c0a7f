"""Files of a learner's own: which are read, how, and why the others are not."""

import codecs
import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from splits import message

from lessons import data
from lessons.data.reading import records

BAD = "table must be a comma-separated file in UTF-8, got {path}: "


def saved(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode(encoding))
    return path


def features(split):
    """The training rows of a table, in its own units and in order."""
    X = split.scaler.inverse_transform(split.X_train)
    return X[np.argsort(X[:, 0])].round(3).tolist()


def read(path, target="kind", **arguments):
    return data.from_table(path, target, val=0, test=0, **arguments)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a,a,kind\n1,2,x\n", "table must have no repeated column names, got a more than once"),
        ("a,kind, a \n1,2,x\n", "table must have no repeated column names, got a more than once"),
        ("a,kind\n", "table must have at least one row, got none"),
        ("a kind\n1 x\n", "target must be one of the columns ['a kind'], got 'kind'"),
        ("", BAD + "No columns to parse"),
        ("\n  \n", BAD + "No columns to parse"),
        ("a,kind\n1,\xe9\n", BAD + "'utf-8'"),
        ("a,kind\n1,\0\n", BAD + "it holds NUL"),
        ('a,kind\n1,"x\n2,y\n', BAD + "line 3: unexpected end of data"),
        ('a,kind\n1,"x"z\n2,y\n', BAD + "line 2: ',' expected after '\"'"),
        ("a;b,kind\n1;2,3\n", BAD + "its columns may be separated by commas or semicolons"),
    ],
)
def test_bad_files(tmp_path, content, text):
    path = saved(tmp_path, content, "latin-1")
    assert message(data.from_table, path, "kind").startswith(text.format(path=path))


def test_missing_file_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = message(data.from_table, "none.csv", "kind", error=FileNotFoundError)
    assert text == f"table must be an existing CSV file, got none.csv (in {tmp_path})"


@pytest.mark.parametrize(
    ("content", "line", "fields", "header"),
    [
        ("a,b,kind\n1,2,x\n3,4,y,9\n", 3, 4, 3),
        ("a,b,kind\n7,1,2,x\n7,3,4,y\n", 2, 4, 3),
        ("a,b,kind\n1,2,x,\n3,4,y,\n", 2, 4, 3),
        ("a,b,kind,\n1,2,x\n3,4,y\n", 2, 3, 4),
        ("a,b,kind\n1,2\n", 2, 2, 3),
        ('a,b,kind\n1,"2,\n2",x\n\n3,4\n', 5, 2, 3),
        ("# made by hand\na,b,kind\n1,2,x\n", 2, 3, 1),
        ("a,b,kind\n# checked\n1,2,x\n", 2, 1, 3),
        ("a;b;kind\n1;2;x\n1;2,5;x;4\n", 3, 4, 3),
        ("a,b,kind\r\n1,2,x\r\n1,x\r\n", 3, 2, 3),
        ("\ufeffa,b,kind\n1,2,x\n1,2,3,x\n", 3, 4, 3),
        ("a,b,kind\n1,5,2,5,x\n", 2, 5, 3),
        ("sep=;\r\na;b;kind\r\n1;2\r\n", 3, 2, 3),
    ],
)
def test_rows_with_more_or_fewer_fields_than_names_are_refused(
    tmp_path, content, line, fields, header
):
    path = saved(tmp_path, content)
    text = message(data.from_table, path, "kind")
    where = f"line {line} has {fields} fields, the line of column names has {header}"
    assert text.startswith(BAD.format(path=path) + where)
    assert ("needs quotes around the value" in text) == (fields > header)


@pytest.mark.parametrize(
    "content",
    [
        "a,b,kind\n1,2,x\n3,4,y\n",
        "a,b,kind\r1,2,x\r3,4,y",
        "\n\na,b,kind\n\n1,2,x\n   \n3,4,y\n\n",
        'a,b,"kind"\n"1","2","x"\n"3",4,y\n',
        '"a", "b", "kind"\n1, "2", "x"\n3, 4, y\n',
        "\ufeffa,b,kind\n1,2,x\n3,4,y\n",
    ],
)
def test_forms_of_the_same_file(tmp_path, content):
    split = read(saved(tmp_path, content))
    assert features(split) == [[1, 2], [3, 4]]
    assert (split.feature_names, split.classes) == (("a", "b"), ("x", "y"))


def test_separators_and_line_ends_inside_quotes_belong_to_the_value(tmp_path):
    path = saved(tmp_path, 'a,"kind, of\ntree"\n1,"x, y\nz"\n2,"say ""x"", y"\n')
    split = read(path, "kind, of\ntree")
    assert split.classes == ('say "x", y', "x, y\nz")


def test_a_separator_at_the_end_of_every_line_is_an_empty_column(tmp_path):
    split = read(saved(tmp_path, "a,b,kind,\n1,2,x,\n3,4,y,\n"))
    assert split.feature_names == ("a", "b")
    assert split.notes[0] == "Dropped empty columns: column 4."


def test_a_column_without_a_name_is_noted(tmp_path):
    split = read(saved(tmp_path, ",b,kind\n0,2,x\n1,4,y\n"))
    assert split.feature_names == ("column 1", "b")
    assert split.notes[0].startswith("Column 1 has no name: leave it out if it only numbers")


@pytest.mark.parametrize(
    ("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")]
)
def test_other_separators_are_read_and_noted(tmp_path, separator, name):
    content = 'size, "cm";b;kind\n1,5;2;"x;y"\n2,25;4;z\n'
    split = read(saved(tmp_path, content.replace(";", separator)))
    assert features(split) == [[1.5, 2], [2.25, 4]]
    assert split.feature_names == ('size, "cm"', "b")
    assert split.notes[0] == f"Read the file as columns between {name}."


def test_excels_first_line_says_the_separator(tmp_path):
    split = read(saved(tmp_path, "sep=;\r\na,b;kind\r\n1;x\r\n2;y\r\n"))
    assert split.feature_names == ("a,b",)
    assert split.notes[0] == "Read the file as columns between semicolons."


def test_other_separators_in_a_name_do_not_separate(tmp_path):
    split = read(saved(tmp_path, "P(a|b); P(b),kind\n1,x\n2,y\n"))
    assert split.feature_names == ("P(a|b); P(b)",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_with_a_mark_are_read_and_noted(tmp_path, encoding):
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    split = read(saved(tmp_path, f"{mark}größe\tkind\n1,5\t樹\n2\ty\n", encoding))
    assert (split.feature_names, split.classes) == (("größe",), ("y", "樹"))
    assert split.notes[0] == f"Read the file as {encoding[:6].upper()}."


@pytest.mark.parametrize(
    "encoding", ["latin-1", "cp1252", "gbk", "big5", "iso2022_jp", "utf-16-le"]
)
def test_encodings_without_a_mark_are_refused_with_a_cure(tmp_path, encoding):
    content = "größe,kind\n1,x\n" if encoding in ("latin-1", "cp1252") else "高度,kind\n1,x\n"
    text = message(read, saved(tmp_path, content, encoding))
    assert "save it as 'CSV UTF-8'" in text
    assert "pandas.read_csv(path, encoding='gbk')" in text


def test_a_broken_file_with_a_mark_is_refused(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(codecs.BOM_UTF16_LE + b"a,k")
    assert "truncated data" in message(read, path)


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.text('a1,; "\n\té', max_size=4), min_size=2, max_size=3), max_size=4),
    st.sampled_from(",;\t|"),
)
def test_what_is_written_as_csv_is_read_again(rows, separator):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows(rows)
    found = [[f.strip() for f in fields] for _, fields in records(file.getvalue(), separator)]
    assert found == [[field.strip() for field in row] for row in rows]
