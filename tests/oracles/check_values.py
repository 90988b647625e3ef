"""Reckons shares and splits of money and the comparison form of names with Python's own library.

    check_values.py shares  stdin: fen, tab, share, tab, rounding;  stdout: fen
    check_values.py splits  stdin: fen, tab, weights with commas;   stdout: fen with commas
    check_values.py names   stdin: one name, tab, another;          stdout: 1 when they agree, 0 when not
"""

import sys
import unicodedata
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

ROUNDINGS = {"down": ROUND_FLOOR, "up": ROUND_CEILING, "half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
EXACT = Context(prec=200)
DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb"


def share(fen, part, rounding):
    product = EXACT.multiply(Decimal(fen), Decimal(part))
    return product.quantize(Decimal(1), rounding=ROUNDINGS[rounding], context=EXACT)


def split(fen, weights):
    weights = [int(weight) for weight in weights.split(",")]
    exact = [Fraction(int(fen) * weight, sum(weights)) for weight in weights]
    parts = [int(quota) for quota in exact]
    order = sorted(range(len(parts)), key=lambda at: (-(exact[at] - parts[at]), at))
    for at in order[: int(fen) - sum(parts)]:
        parts[at] += 1
    return ",".join(map(str, parts))


def form(name):
    name = unicodedata.normalize("NFKC", name).lower()
    for dot in DOTS:
        name = name.replace(dot, DOTS[0])
    return "".join(name.split())


def agree(one, other):
    return int(form(one).strip(DOTS[0]) != "" and form(one) == form(other))


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    reckon = {"shares": share, "splits": split, "names": agree}[sys.argv[1]]
    for line in sys.stdin.readlines():
        print(reckon(*line.rstrip("\n").split("\t")))
