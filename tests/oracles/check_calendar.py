"""Reckons working days with the PyPI packages chinesecalendar and holidays.

    check_calendar.py days   stdout: every day chinesecalendar knows: date, tab, its verdict, tab, that of holidays (1 works, 0 off)
    check_calendar.py sums   stdin: lines of date, tab, days;  stdout: the day reached by chinesecalendar, or "outside"
    check_calendar.py deadlines   stdin: lines of opening day, tab, working days, tab, stops (FROM/TO, commas between), tab, working
                                  days from the last one to the red card;  stdout: last day, yellow card, red card, tabs between

A clock that stands is reckoned here by walking day by day and asking of each whether it counts: the day of opening does not, the day
of asking does, and from the day after it to the day of the answer none does.
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


def next_workday(date):
    date += DAY
    while not is_workday(date):
        date += DAY
    return date


def last_day(opened, count, stops):
    date, counted = opened, 0
    while True:
        stands = any(start <= date < end for start, end in stops)
        if counted >= count and not stands and is_workday(date):
            return date
        date += DAY
        if is_workday(date) and not any(start < date <= end for start, end in stops):
            counted += 1


def deadlines(lines):
    day = datetime.date.fromisoformat
    for line in lines:
        opened, count, stops, red_after = line.rstrip("\n").split("\t")
        stops = [tuple(map(day, stop.split("/"))) for stop in stops.split(",") if stop]
        due = last_day(day(opened), int(count), stops)
        late = due
        for _ in range(int(red_after)):
            late = next_workday(late)
        print(due, due + DAY, late + DAY, sep="\t")


if __name__ == "__main__":
    if sys.argv[1] == "days":
        days()
    elif sys.argv[1] == "deadlines":
        deadlines(sys.stdin.readlines())
    else:
        sums(sys.stdin.readlines())
