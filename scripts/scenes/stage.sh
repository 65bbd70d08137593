# What the scenes share: a playground and a new plugin in a temporary folder, and a command that runs until the curtain.
set -euo pipefail
ln_play=$PWD/bin/ln-play.js
stage=$(mktemp -d)
export LN_PLAY_DIR=$stage/play
lnp() { "$ln_play" "$@"; }
quietly() { "$@" >"$stage/quiet" 2>&1; }

perform() { # what ln-play is given: runs in the background, in sight
  "$ln_play" "$@" > >(tee "$stage/seen") 2>&1 &
  performer=$!
}
until_seen() { until grep -q "$1" "$stage/seen" 2>"$stage/quiet"; do sleep 0.05; done; }
curtain() {
  kill -INT "$performer"
  wait "$performer" || true
}
trap 'quietly lnp destroy --yes; rm -rf "$stage"' EXIT

quietly lnp up
cd "$stage"
quietly lnp plugin new hello
cd hello
