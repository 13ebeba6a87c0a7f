"""The settings of a panel: what may be said of its knobs, its time, its pin and its language."""

from numbers import Integral

LANGUAGES = ("en",)


def check_settings(settings, knobs, now, steps=None):
    """Check settings by field name, as in `panel.settings`.

    Parameters: settings, what is to be changed; knobs, by field; now, the values of all knobs;
    steps, of a panel with time: `steps(values) -> int`, the end of its time knob.
    Returns: the changes as the controls want them; under "pinned" all knobs of the pinned setting,
    or None; under "time" a number, or None for the end.
    Raises: ValueError that names the field, what is allowed, and what came.
    """
    known = [*knobs, "pinned", "lang", *(["time"] if steps else [])]
    for field in settings:
        if field not in known:
            raise ValueError(f"there is no knob {field!r}, only {', '.join(known)}")
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


def check_time(value, end):
    """Check a setting of the time knob; return None for its end, wherever that will be."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if value is None or (whole and 0 <= value <= end):
        return None if value in (None, end) else int(value)
    raise ValueError(f"time must be a whole number from 0 to {end}, got {value!r}")
