#!/bin/bash
# The job of `ln-play demo` as one types it by hand, one step after another: the baseline of the bench. As quick as it
# gets with lightningd's own means: it polls bitcoind each second, not every 30.
# usage: by-hand.sh DIR BITCOIN_RPC_PORT, with BITCOIND, BITCOIN_CLI, LIGHTNINGD and LIGHTNING_CLI in the environment.
# Prints "paid" when the invoice is paid, "stopped" when everything has ended.
set -Eeu # and no pipefail: a pipe's first half may be cut off
trap 'echo "by-hand.sh: line $LINENO failed: $BASH_COMMAND" >&2' ERR
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
dir=$1
port=$2

bt() { "$BITCOIN_CLI" -datadir="$dir/bitcoin" "$@"; }
l1() { "$LIGHTNING_CLI" --lightning-dir="$dir/l1" --network=regtest "$@"; }
l2() { "$LIGHTNING_CLI" --lightning-dir="$dir/l2" --network=regtest "$@"; }
field() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" | sed -n 1p; }
until_ok() { until "$@" >"$dir/last" 2>&1; do sleep 0.05; done; }
shows() { # WHAT COMMAND…
  local what=$1
  shift
  "$@" | grep "$what" >/dev/null
}
mine() { bt generatetoaddress "$1" "$address" >/dev/null; }

mkdir -p "$dir/bitcoin" "$dir/l1" "$dir/l2"
cat >"$dir/bitcoin/bitcoin.conf" <<CONF
regtest=1
server=1
fallbackfee=0.00002
listen=0
[regtest]
rpcport=$port
CONF
for node in l1 l2; do
  cat >"$dir/$node/config" <<CONF
network=regtest
log-level=debug
log-file=$dir/$node/log
alias=$node
allow-deprecated-apis=false
bind-addr=$dir/$node/peer
bitcoin-datadir=$dir/bitcoin
bitcoin-rpcport=$port
bitcoin-cli=$BITCOIN_CLI
developer
dev-bitcoind-poll=1
dev-fast-gossip
ignore-fee-limits=true
CONF
done

"$BITCOIND" -datadir="$dir/bitcoin" -printtoconsole=0 >"$dir/bitcoin/output" 2>&1 &
until_ok bt getblockchaininfo
bt createwallet faucet >/dev/null
address=$(bt getnewaddress)
mine 101

"$LIGHTNINGD" --lightning-dir="$dir/l1" >"$dir/l1/output" 2>&1 &
"$LIGHTNINGD" --lightning-dir="$dir/l2" >"$dir/l2/output" 2>&1 &
until_ok l1 getinfo
until_ok l2 getinfo

id=$(l1 getinfo | field id)
until_ok l2 connect "$id@$dir/l1/peer" # getinfo answers before the node listens

bt sendtoaddress "$(l2 newaddr | field p2tr)" 10 >/dev/null
mine 1
until_ok shows '"status": "confirmed"' l2 listfunds

l2 fundchannel "$id" 0.042btc 253perkw >"$dir/funded"
until_ok bt getmempoolentry "$(field txid <"$dir/funded")"
mine 1
until_ok shows '"state": "CHANNELD_NORMAL"' l2 listpeerchannels
until_ok shows '"state": "CHANNELD_NORMAL"' l1 listpeerchannels
until_ok shows '"remote": {' l2 listpeerchannels

bolt11=$(l1 invoice 24msat label description | field bolt11)
l2 pay "$bolt11" >"$dir/paid"
shows '"status": "paid"' l1 listinvoices label
echo paid

l1 stop >/dev/null
l2 stop >/dev/null
bt stop >/dev/null
wait
echo stopped
