"""Judges and makes numbers of documents, organisations, certificates and banks with python-stdnum and the rules of the standards.

    check_numbers.py check           stdin: lines of kind, tab, number;  stdout: 1 or 0 a line
    check_numbers.py make SEED COUNT stdout: lines of kind, tab, number, tab, 1 or 0; COUNT good and COUNT damaged ones a kind

It shares nothing with the program: another language, other people's check digits, other ways to say the same rules.
"""

import datetime
import random
import re
import sys

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_2, mod_11_10

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_day(text):
    try:
        datetime.datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True


def is_card(number):
    """Eighteen characters with the check character of GB 11643, by both of stdnum's implementations."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    valid = mod_11_2.is_valid(number)
    assert valid == (ric.calc_check_digit(number) == number[-1])
    return valid


def resident(number):
    number = ascii_upper(number)
    return is_card(number) and number[0] != "9" and is_day(number[6:14])


def permanent(number):
    number = ascii_upper(number)
    return bool(re.fullmatch(r"[A-Z]{3}[0-9]{12}", number)) or (is_card(number) and number[0] == "9")


def passport(number):
    return bool(re.fullmatch(r"[A-Za-z0-9]{1,20}", number))


def social_credit(number):
    if len(number) != 18 or any(character not in USCC_ALPHABET for character in number):
        return False
    valid = uscc.calc_check_digit(number) == number[-1]
    if re.fullmatch(r"[0-9]{8}.*", number):
        assert valid == uscc.is_valid(number)
    return valid


def degree(number):
    return bool(re.fullmatch(r"[ZT]?[0-9]{5}[234][0-9]{4}[0-9]{6}", number))


def education(number):
    return bool(re.fullmatch(r"[0-9]{17}[0-9]?", number))


def cnaps(number):
    return bool(re.fullmatch(r"[0-9]{12}", number)) and mod_11_10.is_valid(number)


def card(number):
    """Whether there is nothing to warn of: digits that pass Luhn."""
    return bool(re.fullmatch(r"[0-9]{1,34}", number)) and luhn.is_valid(number)


def ascii_upper(text):
    return "".join(character.upper() if character.isascii() else character for character in text)


KINDS = {
    "resident_id": resident,
    "permanent_residence": permanent,
    "passport": passport,
    "uscc": social_credit,
    "degree": degree,
    "education": education,
    "cnaps": cnaps,
    "card": card,
}


def digits(rng, count):
    return "".join(rng.choice("0123456789") for _ in range(count))


def good(rng, kind):
    """A number that is right by the way it is built."""
    if kind == "resident_id":
        day = datetime.date(1900, 1, 1) + datetime.timedelta(rng.randrange(50_000))
        region = rng.choice(["810000", "820000", "830000", rng.choice("12345678") + digits(rng, 5)])
        body = region + day.strftime("%Y%m%d") + digits(rng, 3)
        return body + mod_11_2.calc_check_digit(body)
    if kind == "permanent_residence":
        if rng.random() < 0.3:
            return "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(3)) + digits(rng, 12)
        body = "9" + digits(rng, 16)
        return body + mod_11_2.calc_check_digit(body)
    if kind == "passport":
        return "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(rng.randint(6, 10)))
    if kind == "uscc":
        body = digits(rng, 8) + "".join(rng.choice(USCC_ALPHABET) for _ in range(9))
        return body + uscc.calc_check_digit(body)
    if kind == "degree":
        return rng.choice(["", "Z", "T"]) + digits(rng, 5) + rng.choice("234") + digits(rng, 10)
    if kind == "education":
        return digits(rng, rng.choice([17, 18]))
    if kind == "cnaps":
        body = digits(rng, 11)
        return body + mod_11_10.calc_check_digit(body)
    body = digits(rng, rng.randint(15, 18))
    return body + luhn.calc_check_digit(body)


def damaged(rng, number):
    """The number with one slip of the kind that hands and machines make."""
    at = rng.randrange(len(number))
    stranger = rng.choice("0123456789XxZTIOSV -·？１٣𠮷")
    slip = rng.randrange(6)
    if slip == 0:
        return number[:at] + rng.choice("0123456789") + number[at + 1 :]
    if slip == 1:
        return number[:at] + number[at : at + 2][::-1] + number[at + 2 :]
    if slip == 2:
        return number[:at] + number[at + 1 :]
    if slip == 3:
        return number[:at] + stranger + number[at:]
    if slip == 4:
        return number[:at] + stranger + number[at + 1 :]
    return number.lower()


def check(lines):
    for line in lines:
        kind, number = line.rstrip("\n").split("\t")
        print(int(KINDS[kind](number)))


def make(seed, count):
    rng = random.Random(seed)
    for kind, judge in KINDS.items():
        for _ in range(count):
            number = good(rng, kind)
            assert judge(number), f"a number made to be right is judged wrong: {kind}"
            print(kind, number, 1, sep="\t")
            slipped = damaged(rng, number)
            print(kind, slipped, int(judge(slipped)), sep="\t")


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    if sys.argv[1] == "check":
        check(sys.stdin.readlines())
    else:
        make(int(sys.argv[2]), int(sys.argv[3]))
