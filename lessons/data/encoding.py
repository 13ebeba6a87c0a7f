"""The bytes of a file become text, where the file leaves no doubt which text it is."""

import codecs

# UTF-32 first: its mark begins with that of UTF-16
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
CURE = (
    "save it as 'CSV UTF-8', or say how it is encoded and pass the DataFrame: "
    "pandas.read_csv(path, encoding='gbk'), 'cp1252', 'big5', 'shift_jis', …"
)


def decode(data):
    """Return the text of these bytes, and a note if they are not UTF-8.

    An encoding is taken from the mark at the beginning of the file; without one it is UTF-8,
    which refuses nearly everything that is meant otherwise. Latin-1 and GBK refuse next to
    nothing: whoever guesses between them makes wrong words without noticing.

    Raises: ValueError that says why not, and what to do.

    >>> decode("größe".encode("utf-16"))
    ('größe', ('Read the file as UTF-16.',))
    """
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"{error}; {CURE}") from None
    # UTF-16 without its mark is full of NUL; ISO-2022-JP changes its alphabet by ESC
    for character, name in {"\0": "NUL", "\x1b": "ESC"}.items():
        if character in text:
            raise ValueError(f"it holds {name}, as no text does that is {encoding}; {CURE}")
    return text, (f"Read the file as {encoding.upper()}.",) if encoding[:5] != "utf-8" else ()
