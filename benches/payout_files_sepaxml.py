"""The same rows as benches/payout_files.rs, written by sepaxml; prints seconds a row. It knows IBANs only, so accounts are one IBAN."""

import sys
import time
from datetime import date

from sepaxml import SepaTransfer

count = int(sys.argv[1])
began = time.perf_counter()
transfer = SepaTransfer(
    {"name": "Sample payment centre", "IBAN": "NL50BANK1234567890", "BIC": "BANKNL2A", "batch": True, "currency": "EUR"},
    schema="pain.001.001.09",
    clean=False,
)
for at in range(count):
    transfer.add_payment(
        {
            "name": "样例某",
            "IBAN": "NL50BANK1234567890",
            "BIC": "BANKNL2A",
            "amount": 10_000_000 + at % 9_973,
            "execution_date": date(2026, 11, 23),
            "description": "博士人才安家补贴（样例）",
            "endtoend_id": f"{at:026}-1-1",
        }
    )
transfer.export(validate=False)
print((time.perf_counter() - began) / count)
