"""Writes src/kernels/shape/look_alikes.txt from the Unihan database.

    python3 src/kernels/shape/look_alikes.py FOLDER > src/kernels/shape/look_alikes.txt

FOLDER holds Unihan_DictionaryLikeData.txt, Unihan_IRGSources.txt and Unihan_OtherMappings.txt, plain or .bz2 (Debian's
package unicode-data has them under /usr/share/unicode). Two characters of the Table of General Standard Chinese Characters
look alike if their corners (four-corner code), their parts (Cangjie code) and their numbers of strokes nearly agree.
"""

import bz2
import collections
import os
import sys

HEADER = """\
# Chinese characters that are taken for each other on paper: a character and those behind it in the order of code points.
# Derived by src/kernels/shape/look_alikes.py from the Unihan database, Unicode 15.0 (kFourCornerCode, kCangjie, kTotalStrokes, kTGH),
# copyright 1991-2022 Unicode, Inc., under the Unicode Licence (https://www.unicode.org/license.txt).
"""


def read(folder):
    properties = collections.defaultdict(dict)
    for name in ("DictionaryLikeData", "IRGSources", "OtherMappings"):
        path = os.path.join(folder, f"Unihan_{name}.txt")
        lines = open(path, encoding="utf8") if os.path.exists(path) else bz2.open(path + ".bz2", "rt", encoding="utf8")
        for line in lines:
            if line.startswith("U+"):
                code, key, value = line.rstrip("\n").split("\t")
                properties[chr(int(code[2:], 16))][key] = value
    return properties


def slips(a, b):
    """Edits between two codes: a letter wrong, lost or added, two neighbours swapped."""
    rows = [list(range(len(b) + 1))]
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def alike(a, b):
    (corners_a, parts_a, strokes_a), (corners_b, parts_b, strokes_b) = a, b
    apart, most = abs(strokes_a - strokes_b), max(strokes_a, strokes_b)
    if apart > 3:
        return False
    both = parts_a and parts_b
    if not corners_a or not corners_b:
        return bool(both) and min(len(parts_a), len(parts_b)) >= 4 and apart <= 2 and slips(parts_a, parts_b) == 1
    corners = min(sum(x != y for x, y in zip(f[:4], g[:4])) for f in corners_a for g in corners_b)
    equal = any(f == g for f in corners_a for g in corners_b)
    if corners > 2:
        return False
    if equal and apart <= 1 and most <= 6:
        return True
    if not both:
        return equal and apart <= 1
    parts, length = slips(parts_a, parts_b), max(len(parts_a), len(parts_b))
    if most <= 5:
        shared = set(parts_a) & set(parts_b)
        few = parts <= 1 or sorted(parts_a) == sorted(parts_b) or (shared and parts <= 2 and length <= 2)
        return apart <= 1 and bool((corners <= 1 and few) or (parts <= 1 and shared))
    if parts <= 1:
        return length >= 3
    return parts == 2 and ((corners == 0 and (length >= 4 or apart <= 1)) or (corners == 1 and length >= 5))


def main():
    properties = read(sys.argv[1])
    characters = sorted(c for c, of in properties.items() if "kTGH" in of and ord(c) < 0x10000)
    known = []
    for c in characters:
        of = properties[c]
        corners = [code.replace(".", "") for code in of.get("kFourCornerCode", "").split()]
        known.append((corners, of.get("kCangjie"), int(of["kTotalStrokes"].split()[0])))
    sys.stdout.write(HEADER)
    for i, c in enumerate(characters):
        others = [characters[j] for j in range(i + 1, len(characters)) if alike(known[i], known[j])]
        if others:
            print(c + "".join(others))


main()
