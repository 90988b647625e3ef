"""Reckons working days with the PyPI packages chinesecalendar and holidays.

    check_calendar.py days   stdout: every day chinesecalendar knows: date, tab, its verdict, tab, that of holidays (1 works, 0 off)
    check_calendar.py sums   stdin: lines of date, tab, days;  stdout: the day reached by chinesecalendar, or "outside"
"""

import datetime
import functools
import sys

import chinese_calendar
import holidays

DAY = datetime.timedelta(days=1)

# The package looks for its first and last year on every question.
is_workday = functools.cache(chinese_calendar.is_workday)


def days():
    first = datetime.date(min(chinese_calendar.holidays).year, 1, 1)
    last = datetime.date(max(chinese_calendar.holidays).year, 12, 31)
    other = holidays.China(years=range(first.year, last.year + 1))
    date = first
    while date <= last:
        print(date, int(is_workday(date)), int(other.is_working_day(date)), sep="\t")
        date += DAY


def sums(lines):
    for line in lines:
        start, count = line.split("\t")
        date, left = datetime.date.fromisoformat(start), int(count)
        try:
            while left > 0:
                date += DAY
                left -= is_workday(date)
            print(date)
        except NotImplementedError:
            print("outside")


if __name__ == "__main__":
    if sys.argv[1] == "days":
        days()
    else:
        sums(sys.stdin.readlines())
