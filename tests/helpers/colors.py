"""How people see colors: contrast, difference, and both as people with other color vision do.

Colors are arrays (..., 3) of red, green and blue in sRGB, from 0 to 1.
"""

import numpy as np

# From linear RGB to CIE XYZ, white D65 (IEC 61966-2-1); the second row is the luminance.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
# In linear RGB, for a complete loss: Machado, Oliveira and Fernandes (2009), table 1.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
}  # fmt: skip


def linear(colors):
    colors = np.asarray(colors, float)
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)


def luminance(colors):
    return linear(colors) @ XYZ[1]


def contrast(some, others):
    """Return the contrast that WCAG 2 defines, from 1 to 21."""
    a, b = luminance(some) + 0.05, luminance(others) + 0.05
    return np.maximum(a, b) / np.minimum(a, b)


def lab(colors, vision="normal"):
    """Return CIE L*a*b* of what somebody with this color vision sees."""
    seen = np.clip(linear(colors) @ VISION[vision].T, 0, 1)
    ratio = seen @ XYZ.T / XYZ.sum(axis=1)
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / 3 * (29 / 6) ** 2 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def difference(some, others, vision="normal"):
    """Return how different colors look: CIEDE2000, where 1 is just noticed side by side."""
    return ciede2000(lab(some, vision), lab(others, vision))


def ciede2000(some, others):
    """Return the difference of colors in CIE L*a*b*; names as in Sharma, Wu and Dalal (2005)."""
    (L1, a1, b1), (L2, a2, b2) = (np.moveaxis(c, -1, 0) for c in (some, others))
    mean_C = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    G = 0.5 * (1 - np.sqrt(mean_C**7 / (mean_C**7 + 25.0**7)))
    C1, C2 = np.hypot((1 + G) * a1, b1), np.hypot((1 + G) * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, (1 + G) * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    dL, dC = L2 - L1, C2 - C1
    dh = np.where(C1 * C2 > 0, (h2 - h1 + 180) % 360 - 180, 0)
    dH = 2 * np.sqrt(C1 * C2) * np.sin(np.radians(dh / 2))
    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    h = np.where(C1 * C2 > 0, h1 + dh / 2, h1 + h2) % 360
    T = (
        1 - 0.17 * cosine(h - 30) + 0.24 * cosine(2 * h) + 0.32 * cosine(3 * h + 6)
        - 0.20 * cosine(4 * h - 63)
    )  # fmt: skip
    turn = np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2))))
    R_T = -2 * np.sqrt(C**7 / (C**7 + 25.0**7)) * turn
    S_L = 1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2)
    S_C, S_H = 1 + 0.045 * C, 1 + 0.015 * C * T
    parts = dL / S_L, dC / S_C, dH / S_H
    return np.sqrt(sum(part**2 for part in parts) + R_T * parts[1] * parts[2])


def cosine(degrees):
    return np.cos(np.radians(degrees))
