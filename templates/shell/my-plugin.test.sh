#!/bin/sh
# Speaks with the plugin as lightningd does, and looks at what it answers.
set -eu
plugin=$(cd "$(dirname "$0")" && pwd)/my-plugin.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

said=$(
  printf '%s\n\n' \
    '{"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{}}' \
    '{"jsonrpc":"2.0","id":"cln:init#2","method":"init","params":{"options":{},"configuration":{}}}' \
    '{ "jsonrpc" : "2.0", "method" : "dumbmethod", "id" : "cli:dumbmethod#3/cln:dumbmethod#4", "params" :{ "id": "x" } }' |
    "$plugin"
)

expect() {
  case $said in
    *"$1"*) echo "ok - $1" ;;
    *) echo "not ok - $1 is not in: $said" && exit 1 ;;
  esac
}
expect '"id":"cln:getmanifest#1","result":{"options"'
expect '"id":"cln:init#2","result":{}'
expect '"id":"cli:dumbmethod#3/cln:dumbmethod#4","result":{"dumb":"answer"}'
grep -q '"method":"init"' my-plugin.log && echo 'ok - what lightningd said is in my-plugin.log'
