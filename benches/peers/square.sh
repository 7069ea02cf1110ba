#!/usr/bin/env bash
# Time to solution of the square with a hot side: the peer in C, by source iteration, and clausius, by its accelerated passes.
# Usage: square.sh PATH_TO_CLAUSIUS [BACKEND ...]; compare medians of several runs on a quiet machine.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
clausius="$1"; shift
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cc -O3 -march=native -ffast-math -fopenmp -o "$work/square" "$here/square.c" -lm
for knudsen in 10 1 0.1 0.01; do
    "$work/square" "$knudsen"
    "$clausius" run "$here/square.toml" --set "materials.film.phonon.mean_free_path=$knudsen" -o "$work/out" --force --quiet "$@"
    python3 - "$work/out/report.json" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
phonon, time = report["phonon"], report["time"]
print("clausius %s: %d passes to %.1e, %.3f s, %.1f M updates/s, centre %.6f" % (
    report["backend"]["kind"], phonon["iterations"], phonon["residual"], time["wall_s"],
    time["cell_updates_per_s"] / 1e6, report["probes"]["centre"]["temperature_K"] - 300))
print("heat through the hot side over C v/4: %.6f" % (4 * report["boundaries"]["y_max"]["heat_in_W"]))
PYTHON
done
