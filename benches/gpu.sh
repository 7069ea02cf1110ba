#!/bin/sh
# Everything that is to be measured on a real GPU, in one run: the answer first, then this program, then others on the same card.
#   benches/gpu.sh [ADAPTER] [FILE]    ADAPTER: number or part of a name, as `clausius devices` lists them;
#                                      FILE: a Python program that times others' kernels on this card, run beside it.
set -e
cd "$(dirname "$0")/.."
adapter=${1:-0}
day=$(date +%F)
cargo build --release
CLAUSIUS_REQUIRE_GPU=1 cargo test --release --lib -- backend::gpu
./target/release/clausius devices
./target/release/clausius bench --backend gpu --adapter "$adapter" \
    --json "benches/results/$day-gpu.json" --chart "benches/results/$day-gpu.svg"
# as others compute, who keep nothing of what rounding takes; a long run may lose its score by that
./target/release/clausius bench --backend gpu --adapter "$adapter" --plain-sums --json "benches/results/$day-gpu-plain.json" || true
./target/release/clausius bench --backend gpu --adapter "$adapter" --duration 60
if [ -n "$2" ]; then
    python3 "$2" --cuda | tee "benches/results/$day-gpu-peers.txt"
fi
