#!/usr/bin/env bash
# All figures of bench/README.md: the project beside crossbar, nexus and the null router, and beside Python OCS.
# Needs Go and the reference stack (`deno task interop` makes it); takes about 40 minutes with 3 rounds.
#
#   bench/run_all.sh [rounds] [result folder]
#   ROUTERS="project crossbar" PARTS="wamp" ONLY='rpc|bridge' bench/run_all.sh 1
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
rounds="${1:-3}"
results="${2:-$here/results}"
routers="${ROUTERS:-project crossbar nexus null-deno}"
stacks="${STACKS:-project reference}"
parts="${PARTS:-wamp agents}"
mkdir -p "$results"

want() { [[ " $parts " == *" $1 "* ]]; }

if want limits; then
  : > "$results/limits.jsonl"
  driver="$(cd "$here" && python3 -c 'import stacks; print(stacks.built("wamp_load"))')"
  for round in $(seq "$rounds"); do
    "$driver" echo -seconds 1 -round "$round" >> "$results/limits.jsonl"
    deno run -A "$here/limits/limits.ts" --seconds 0.5 --round "$round" >> "$results/limits.jsonl"
  done
fi
if want wamp; then
  # shellcheck disable=SC2086
  "$here/wamp_bench.py" $routers --rounds "$rounds" --seconds "${SECONDS_EACH:-1.5}" --only "${ONLY:-}" \
    > "$results/wamp.jsonl"
fi
if want agents; then
  : > "$results/agents.jsonl"
  : > "$results/together.jsonl"
  for round in $(seq "$rounds"); do
    for stack in $stacks; do
      "$here/agents_load.py" "$stack" --only "${SCENARIOS:-start,client,fleet}" >> "$results/agents.jsonl"
    done
    # 50 agents in one process, which Python cannot do.
    "$here/agents_load.py" project --only fleet --agents 50 --together >> "$results/together.jsonl"
  done
fi

if want agents; then
  echo
  echo "== together"
  "$here/table.py" "$results/together.jsonl" --base project
fi
for part in $parts; do
  base=reference
  [ "$part" = wamp ] && base=crossbar
  echo
  echo "== $part"
  "$here/table.py" "$results/$part.jsonl" --base "$base"
done
