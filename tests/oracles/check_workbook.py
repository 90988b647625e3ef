"""Reads a workbook with the PyPI package openpyxl.

    check_workbook.py FILE   stdout: a JSON array a line: sheet, frozen at, row, column, kind of cell, value, format
"""

import json
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
for sheet in book:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                line = [sheet.title, sheet.freeze_panes, cell.row, cell.column, cell.data_type, cell.value, cell.number_format]
                print(json.dumps(line, ensure_ascii=False))
