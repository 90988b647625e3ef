#!/usr/bin/env bash
# The long demonstration: seeds 1 to 20 with a thousand people each, then every fault in turn. Fails at the first broken promise.
set -euo pipefail
cd "$(dirname "$0")/../.."
people="${PEOPLE:-1000}"
sanmiao="${SANMIAO:-target/release/sanmiao}"

row() { # name, json
    python3 -c '
import json, sys
o = json.load(sys.stdin)
referred = o["referred"] / o["people"]
print(f"{sys.argv[1]:36} approved {o['"'"'approved_by_machine'"'"']:5} referred {referred:6.1%} parked {o['"'"'parked_then_resumed'"'"']:4} "
      f"returned {o['"'"'returned'"'"']:3} twice {o['"'"'paid_twice'"'"']} unpaid {o['"'"'approved_unpaid'"'"']} replay {o['"'"'replay_mismatches'"'"']}/{o['"'"'replay_checked'"'"']} "
      f"prefilled {o['"'"'fields_prefilled_share'"'"']} decision p99 {o['"'"'seconds_to_decision'"'"']['"'"'p99'"'"']} money p99 {o['"'"'seconds_to_money'"'"']['"'"'p99'"'"']} {o['"'"'promises_broken'"'"']}")
share = float(o["fields_prefilled_share"])
contradict = sys.argv[1].endswith("contradict")
if o["promises_broken"] or share < 0.9 or not (0.25 <= referred <= 0.35 or contradict):
    sys.exit(f"{sys.argv[1]}: not kept")
' "$1"
}

for seed in ${SEEDS:-$(seq 1 20)}; do
    "$sanmiao" demo --people "$people" --seed "$seed" --once --json | row "seed $seed"
done
for fault in ${FAULTS:-$("$sanmiao" demo --fault list)}; do
    "$sanmiao" demo --people "${FAULT_PEOPLE:-200}" --seed 1 --fault "$fault" --once --json | row "$fault"
done
