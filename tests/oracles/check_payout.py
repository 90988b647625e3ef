"""The payout files' second reader: written from docs/contracts.md alone, in another language, with other people's libraries.

    check_payout.py MANIFEST PUBLIC_KEY.pem FILE...    tells every flaw, a line each: KIND<tab>FILE<tab>ROW<tab>ID; ends with "ok" or "no"
    check_payout.py --stream                           the same for many sets, one JSON object a line of standard input

Nobody's name or account is printed. `--rows FILE` prints what stands in a file instead, as JSON lines, for tests that compare contents.
"""

import base64
import csv
import datetime
import hashlib
import io
import json
import os
import re
import sys
from decimal import Decimal

import openpyxl
import sepaxml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmssl import sm2
from lxml import etree

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
AMOUNT = re.compile(r"(0|[1-9]\d{0,13})\.\d{2}", re.ASCII)
ID = re.compile(r"([0-9A-Z]{26})-([1-9]\d{0,2})-([1-9]\d{0,2})", re.ASCII)
ENDINGS = {
    "pain001": ".pain001.xml",
    "xlsx": ".xlsx",
    "csv": ".csv",
    "csv-gb18030": ".gb18030.csv",
    "voucher": ".voucher.jsonl",
}
CSV_HEADER = ["序号", "支付指令号", "金额（元）", "收款人", "收款账号", "联行号", "用途", "行校验值"]
XLSX_HEADER = ["序号", "支付指令号", "金额（元）", "金额文本", "收款人", "收款账号", "联行号", "用途", "行校验值"]
RISKY = "=+-@\t\r\n'＝＋－＠"
SCHEMA = None


class Broken(Exception):
    """A file that cannot be read further."""


def canonical(value):
    """RFC 8785 for texts and whole numbers, which is all there is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(row):
    return hashlib.sha256(b"\0" + canonical(row)).digest()


def root(leaves):
    """RFC 6962, 2.1, as it is defined there, from the bottom up."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    while len(leaves) > 1:
        pairs = [
            hashlib.sha256(b"\1" + leaves[at] + leaves[at + 1]).digest() if at + 1 < len(leaves) else leaves[at]
            for at in range(0, len(leaves), 2)
        ]
        leaves = pairs
    return leaves[0].hex()


def unguarded(text):
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in RISKY else text


def pain(data):
    """The envelope's texts and the rows of a pain.001, held to the official schema first."""
    global SCHEMA
    if SCHEMA is None:
        path = os.path.join(os.path.dirname(sepaxml.__file__), "schemas", "pain.001.001.09.xsd")
        SCHEMA = etree.XMLSchema(etree.parse(path))
    try:
        tree = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Broken(str(error)) from None
    if not SCHEMA.validate(tree):
        raise Broken("not valid against pain.001.001.09")
    ns = {"p": PAIN}
    text = lambda node, path: node.findtext("/".join("p:" + part for part in path.split("/")), namespaces=ns)
    init = tree.find("p:CstmrCdtTrfInitn", ns)
    groups = init.findall("p:PmtInf", ns)
    if len(groups) != 1:
        raise Broken("more than one PmtInf")
    group = groups[0]
    said = {
        "batch": text(init, "GrpHdr/MsgId"),
        "batch again": text(group, "PmtInfId"),
        "made_at": text(init, "GrpHdr/CreDtTm"),
        "count": text(init, "GrpHdr/NbOfTxs"),
        "sum": text(init, "GrpHdr/CtrlSum"),
        "count again": text(group, "NbOfTxs"),
        "sum again": text(group, "CtrlSum"),
        "day": text(group, "ReqdExctnDt/Dt"),
        "initiator": text(init, "GrpHdr/InitgPty/Nm"),
        "payer name": text(group, "Dbtr/Nm"),
        "payer account": text(group, "DbtrAcct/Id/Othr/Id"),
        "payer bank": text(group, "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
    }
    rows = []
    for one in group.findall("p:CdtTrfTxInf", ns):
        if one.find("p:Amt/p:InstdAmt", ns).get("Ccy") != "CNY":
            raise Broken("another currency")
        rows.append(
            {
                "hash": text(one, "PmtId/InstrId"),
                "id": text(one, "PmtId/EndToEndId"),
                "amount": text(one, "Amt/InstdAmt"),
                "bank": text(one, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
                "name": text(one, "Cdtr/Nm"),
                "account": text(one, "CdtrAcct/Id/Othr/Id"),
                "purpose": text(one, "RmtInf/Ustrd"),
            }
        )
    return [said], rows


def table(data, encoding):
    mark = b"\xef\xbb\xbf"
    if encoding == "utf-8":
        if not data.startswith(mark):
            raise Broken("no byte order mark")
        data = data[len(mark):]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Broken("not " + encoding) from None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Broken(str(error)) from None
    if not lines or lines[0] != CSV_HEADER:
        raise Broken("another first line")
    rows = []
    for line in lines[1:]:
        if len(line) != len(CSV_HEADER):
            raise Broken("another number of fields")
        at, id_, amount, name, account, bank, purpose, hash_ = line
        rows.append(
            {
                "at": at,
                "id": id_,
                "amount": amount,
                "name": unguarded(name),
                "account": unguarded(account),
                "bank": unguarded(bank),
                "purpose": unguarded(purpose),
                "hash": hash_,
            }
        )
    return [], rows


def sheet(data):
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        lines = [list(line) for line in book["支付明细"].iter_rows(values_only=True)]
    except Exception as error:  # openpyxl has no one error for what is no workbook
        raise Broken(type(error).__name__) from None
    if len(book.sheetnames) != 1 or not lines or lines[0] != XLSX_HEADER:
        raise Broken("another sheet or first line")
    if len(lines) < 2 or lines[-1][0] != "合计":
        raise Broken("no row of totals")
    rows = []
    for line in lines[1:]:
        at, id_, number, amount, name, account, bank, purpose, hash_ = line
        if number is not None and AMOUNT.fullmatch(str(amount)) and Decimal(str(number)) != Decimal(amount):
            raise Broken("number and text differ")
        for text in (id_, amount, name, account, bank, purpose, hash_):
            if text is not None and not isinstance(text, str):
                raise Broken("a text that is none")
        rows.append(
            {"at": str(at), "id": id_, "amount": amount, "name": name, "account": account, "bank": bank, "purpose": purpose, "hash": hash_}
        )
    total = rows.pop()
    return [{"count": total["id"], "sum": total["amount"]}], rows


def vouchers(data):
    rows, heads = [], []
    if data and not data.endswith(b"\n"):
        raise Broken("the last line does not end")
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            voucher = json.loads(line.decode("utf-8"), parse_float=lambda text: text)
            details = voucher["details"]
            keys = {"voucher_no", "batch", "day", "policy", "district", "payer", "count", "sum", "details"}
            if set(voucher) != keys or not 1 <= len(details) < 500 or voucher["count"] != len(details):
                raise Broken("another shape, or another count of details")
            if voucher["voucher_no"] != f"{voucher['batch']}-{number:05}":
                raise Broken("another number")
            amounts = [detail["amount"] for detail in details]
            if all(AMOUNT.fullmatch(amount) for amount in amounts) and voucher["sum"] != f"{sum(map(Decimal, amounts)):.2f}":
                raise Broken("another sum")
            payer = voucher["payer"]
            heads.append(
                {
                    "batch": voucher["batch"],
                    "day": voucher["day"],
                    "policy": voucher["policy"],
                    "district": voucher["district"],
                    "payer name": payer["name"],
                    "payer account": payer["account"],
                    "payer bank": payer["bank"],
                }
            )
            for detail in details:
                if set(detail) != {"seq", "id", "amount", "name", "account", "bank", "purpose", "row_hash"}:
                    raise Broken("another shape of a detail")
                rows.append({**{key: detail[key] for key in ("id", "amount", "name", "account", "bank", "purpose")},
                             "at": str(detail["seq"]), "hash": detail["row_hash"]})
        except (ValueError, KeyError, TypeError):
            raise Broken("no voucher") from None
    return heads, rows


READERS = {
    "pain001": pain,
    "xlsx": sheet,
    "csv": lambda data: table(data, "utf-8"),
    "csv-gb18030": lambda data: table(data, "gb18030"),
    "voucher": vouchers,
}


def number_of(batch):
    return batch.replace("-", "")


def stem(head):
    return f"{head['day']}-{head['policy']}-{head['district']}-{number_of(head['batch'])}"


def check_signature(manifest, signature, pem):
    """Whether the signature file is of the manifest's exact bytes."""
    match = re.fullmatch(rb"(ed25519|sm2-sm3) ([A-Za-z0-9+/]+={0,2})\n", signature)
    if not match:
        return False
    try:
        value = base64.b64decode(match[2], validate=True)
    except ValueError:
        return False
    body = base64.b64decode(b"".join(pem.strip().splitlines()[1:-1]))
    if body.startswith(bytes.fromhex("302a300506032b6570032100")):
        key = serialization.load_pem_public_key(pem)
        assert isinstance(key, Ed25519PublicKey)
        if match[1] != b"ed25519":
            return False
        try:
            key.verify(value, manifest)
        except InvalidSignature:
            return False
        return True
    if match[1] != b"sm2-sm3" or len(value) != 64:
        return False
    point = body[-64:]
    return bool(sm2.CryptSM2(private_key="", public_key=point.hex()).verify_with_sm3(value.hex(), manifest))


def key_id(pem):
    body = base64.b64decode(b"".join(pem.strip().splitlines()[1:-1]))
    raw = body[-32:] if body.startswith(bytes.fromhex("302a300506032b6570032100")) else body[-65:]
    return hashlib.sha256(raw).hexdigest()[:16]


def check_rows(name, format_, head, said, rows, root_wanted, flaw):
    payer = head["payer"]
    wanted = {
        "batch": number_of(head["batch"]),
        "batch again": number_of(head["batch"]),
        "made_at": head["made_at"],
        "day": head["day"],
        "policy": head["policy"],
        "district": head["district"],
        "initiator": payer["name"],
        "payer name": payer["name"],
        "payer account": payer["account"],
        "payer bank": payer["bank"],
        "count": str(head["count"]),
        "sum": head["sum"],
        "count again": str(head["count"]),
        "sum again": head["sum"],
    }
    for envelope in said:
        for key, value in envelope.items():
            if value != wanted[key]:
                flaw("head", name)
    total, leaves, last, exact = Decimal(0), [], "", True
    for at, row in enumerate(rows, 1):
        id_, amount, hash_ = row["id"], row["amount"], row.pop("hash")
        if row.pop("at", str(at)) != str(at):
            flaw("place", name, at)
        match = ID.fullmatch(id_ or "")
        if not match or int(match[2]) > 255 or int(match[3]) > 255:
            flaw("id", name, at)
            exact = False
            continue
        if id_ == last:
            flaw("twice", name, at, id_)
        elif id_ < last:
            flaw("order", name, at, id_)
        last = id_
        if not isinstance(amount, str) or not AMOUNT.fullmatch(amount):
            flaw("amount", name, at, id_)
            exact = False
            continue
        total += Decimal(amount)
        if any(not isinstance(row[key], str) or not row[key] for key in ("name", "account", "bank", "purpose")):
            flaw("empty", name, at, id_)
            continue
        if Decimal(amount) == 0 or len(row["name"]) > 140 or len(row["account"]) > 34 or len(row["purpose"]) > 140:
            flaw("row", name, at, id_)
        hash_wanted = leaf(row)
        text = hash_wanted.hex()
        if hash_ != (text[:32] if format_ == "pain001" else text):
            flaw("hash", name, at, id_)
        leaves.append(hash_wanted)
    if len(rows) != head["count"]:
        flaw("count", name)
    if exact and f"{total:.2f}" != head["sum"]:
        flaw("sum", name)
    if root(leaves) != root_wanted:
        flaw("root", name)


def check(manifest_name, manifest, signature, pem, files):
    """Every flaw of a set: (kind, file, row, id)."""
    flaws = []
    flaw = lambda kind, file, row=None, id_=None: flaws.append((kind, file, row, id_))
    if not check_signature(manifest, signature, pem):
        flaw("signature", manifest_name)
        return flaws
    try:
        told = json.loads(manifest.decode("utf-8"))
        head = told["batch"]
        listed = {one["name"]: one for one in told["files"]}
        datetime.date.fromisoformat(head["day"])
    except (ValueError, KeyError, TypeError):
        flaw("manifest", manifest_name)
        return flaws
    if told["version"] != 1 or told["key_id"] != key_id(pem) or canonical(told) != manifest:
        flaw("manifest", manifest_name)
        return flaws
    for name, one in listed.items():
        if name != stem(head) + ENDINGS.get(one["format"], "?"):
            flaw("manifest", manifest_name)
            return flaws
    for name, data in files.items():
        one = listed.get(name)
        if one is None:
            flaw("not_listed", name)
            continue
        if len(data) != one["bytes"] or hashlib.sha256(data).hexdigest() != one["sha256"]:
            flaw("bytes", name)
        try:
            said, rows = READERS[one["format"]](data)
        except Broken:
            flaw("broken", name)
            continue
        check_rows(name, one["format"], head, said, rows, told["root"], flaw)
    return flaws


def stream():
    for line in sys.stdin:
        one = json.loads(line)
        files = {name: base64.b64decode(data) for name, data in one["files"].items()}
        manifest, signature = base64.b64decode(one["manifest"]), base64.b64decode(one["signature"])
        flaws = check("manifest", manifest, signature, one["key"].encode(), files)
        print(json.dumps(sorted({(kind, row) for kind, _, row, _ in flaws}, key=str)), flush=True)


def main(arguments):
    if arguments == ["--stream"]:
        return stream()
    if arguments[0] == "--rows":
        format_ = next(word for word, ending in sorted(ENDINGS.items(), key=lambda one: -len(one[1])) if arguments[1].endswith(ending))
        with open(arguments[1], "rb") as file:
            for row in READERS[format_](file.read())[1]:
                print(json.dumps(row, ensure_ascii=False, sort_keys=True))
        return
    manifest_path, key_path, *paths = arguments
    read = lambda path: open(path, "rb").read()
    signature = read(manifest_path.removesuffix(".json") + ".sig")
    files = {os.path.basename(path): read(path) for path in paths}
    flaws = check(os.path.basename(manifest_path), read(manifest_path), signature, read(key_path), files)
    for kind, file, row, id_ in flaws:
        print(kind, file, row or "", id_ or "", sep="\t")
    print("no" if flaws else "ok")
    sys.exit(1 if flaws else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
