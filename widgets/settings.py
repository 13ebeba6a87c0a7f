"""The settings of a panel: its knobs, its time, its pin, its language, and what no hand moves."""

from numbers import Integral

LANGUAGES = ("en",)


def check_settings(settings, knobs, now, steps=None):
    """Check settings by field name, as in `panel.settings`.

    Parameters: settings, what is to be changed; knobs, by field; now, the values of all knobs;
    steps, of a panel with time: `steps(values) -> int`, the end of its time knob.
    Returns: the changes as the controls want them; under "pinned" all knobs of the pinned setting,
    or None; under "time" a number, or None for the end; under "hide" and "lock" fields, in a tuple.
    Raises: ValueError that names the field, what is allowed, and what came.
    """
    known = [*knobs, "pinned", "lang", *(["time"] if steps else []), "hide", "lock"]
    for field in settings:
        if field not in known:
            raise ValueError(f"there is no knob {field!r}, only {', '.join(known)}")
    locked = check_lock(settings.get("lock", {}), knobs)
    settings = settings | locked
    changes = {
        field: knob.check(settings[field]) for field, knob in knobs.items() if field in settings
    }
    if settings.get("lang", "en") not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, got {settings['lang']!r}")
    # What is not said of a pinned setting is as the knobs will be.
    then = now | changes
    if "pinned" in settings:
        changes["pinned"] = check_pinned(settings["pinned"], knobs, then)
    if "time" in settings:
        changes["time"] = check_time(settings["time"], steps(then))
    if "hide" in settings:
        changes["hide"] = check_hidden(settings["hide"], knobs)
    if "lock" in settings:
        changes["lock"] = tuple(locked)
    return changes


def check_pinned(pinned, knobs, then):
    """Check a pinned setting; return the values of all its knobs, or None."""
    if pinned is None:
        return None
    if not isinstance(pinned, dict):
        raise ValueError(f"pinned must be a dict of settings or None, got {pinned!r}")
    for field in pinned:
        if field not in knobs:
            raise ValueError(f"pinned must hold knobs only ({', '.join(knobs)}), got {field!r}")
    return then | check_settings(pinned, knobs, then)


def check_hidden(fields, knobs):
    """Check which knobs are not to be shown; return them in a tuple."""
    if isinstance(fields, list | tuple) and all(field in [*knobs] for field in fields):
        return tuple(fields)
    raise ValueError(f"hide must be a list of knobs ({', '.join(knobs)}), got {fields!r}")


def check_lock(values, knobs):
    """Check where knobs are to stay; return their values by field."""
    if isinstance(values, dict) and all(field in knobs for field in values):
        return values
    raise ValueError(f"lock must be a dict of values of knobs ({', '.join(knobs)}), got {values!r}")


def check_time(value, end):
    """Check a setting of the time knob; return None for its end, wherever that will be."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if value is None or (whole and 0 <= value <= end):
        return None if value in (None, end) else int(value)
    raise ValueError(f"time must be a whole number from 0 to {end}, got {value!r}")
