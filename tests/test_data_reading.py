"""Files of a learner's own: which are read, and why the others are not."""

import pytest
from splits import message

from lessons import data


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a,a,kind\n1,2,x\n", "table must have no repeated column names, got a more than once"),
        ("a,kind\n", "table must have at least one row, got none"),
        ("a;kind\n1;x\n", "target must be one of the columns ['a;kind'], got 'kind'"),
        ("", "table must be a comma-separated file in UTF-8, got {path}: No columns to parse"),
        (
            "a,kind\n1,x\n1,2,3\n",
            "table must be a comma-separated file in UTF-8, got {path}: Error",
        ),
        ("a,kind\n1,\xe9\n", "table must be a comma-separated file in UTF-8, got {path}: 'utf-8'"),
    ],
)
def test_bad_files(tmp_path, content, text):
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode("latin-1"))
    assert message(data.from_table, path, "kind").startswith(text.format(path=path))


def test_missing_file_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = message(data.from_table, "none.csv", "kind", error=FileNotFoundError)
    assert text == f"table must be an existing CSV file, got none.csv (in {tmp_path})"
