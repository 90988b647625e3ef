"""Writes src/domain/calendar/holidays.json from the PyPI package chinesecalendar, with its errata.

Run it with the Python of .tools/venv after the package has learnt a new year, and commit what it wrote:

    .tools/venv/bin/python tests/oracles/make_holidays.py
"""

import datetime
import json
import pathlib

import chinese_calendar

# Days that the package has wrong, by the official notice itself; the package holidays has them right.
ERRATA_WORKING_DAYS = {
    # 国办发明电〔2005〕35号: 12月31日(星期六)上班
    datetime.date(2005, 12, 31): chinese_calendar.Holiday.new_years_day.value,
}
TARGET = pathlib.Path(__file__).parents[2] / "src/domain/calendar/holidays.json"


def by_name(days, year):
    """Dates of the year, in order, under the Chinese name of the holiday that causes them."""
    named = {}
    for date in sorted(day for day in days if day.year == year):
        name = chinese_calendar.Holiday(days[date]).chinese
        named.setdefault(name, []).append(date.isoformat())
    return named


def main():
    working_days = {**chinese_calendar.workdays, **ERRATA_WORKING_DAYS}
    years = sorted({date.year for date in chinese_calendar.holidays})
    document = {
        "source": f"PyPI chinesecalendar {chinese_calendar.__version__}, with errata, made by tests/oracles/make_holidays.py",
        "years": [
            {
                "year": year,
                "days_off": by_name(chinese_calendar.holidays, year),
                "made_up_working_days": by_name(working_days, year),
            }
            for year in years
        ],
    }
    TARGET.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
