# up with the network file of README.md: nodes, plugins and channels as it says.
set -euo pipefail
ln_play=$PWD/bin/ln-play.js
stage=$(mktemp -d /tmp/net-XXX)
export LN_PLAY_DIR=$stage/play LN_PLAY_AS=ln-play
quietly() { "$@" >"$stage/quiet" 2>&1; }
trap 'quietly "$ln_play" destroy --yes; rm -rf "$stage"' EXIT

sed -n '/^# ln-play.yaml:/,/^```/p' README.md | sed '$d' >"$stage/network.yaml"
cd "$stage"
quietly "$ln_play" plugin new shop
mv shop/shop.js shop.js
"$ln_play" up network.yaml
