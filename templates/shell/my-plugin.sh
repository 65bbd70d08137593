#!/bin/sh
# The world's simplest plugin: it writes all that lightningd says to my-plugin.log in the node's folder, answers
# getmanifest with one option and one method, and everything else as well as it can.
#
# Do not write real plugins in shell: it has no JSON.

answer() { printf '{"jsonrpc":"2.0","id":"%s","result":%s}\n\n' "$id" "$1"; }

while read -r line; do
  [ -n "$line" ] || continue # each message ends with an empty line
  printf '%s\n' "$line" >> my-plugin.log
  case $line in
    *'"id"'*) ;;
    *) continue ;; # a notification wants no answer
  esac
  # Every request has an id, and its answer has the same.
  id=${line#*\"id\"*:*\"}
  id=${id%%\"*}
  case $line in
    *'"method":"getmanifest"'*)
      answer '{"options":[{"name":"dumboption","type":"string","default":"dumb","description":"A dumb option"}],
               "rpcmethods":[{"name":"dumbmethod","usage":""}],"dynamic":true}'
      ;;
    *'"method":"init"'*) answer '{}' ;;
    *) answer '{"dumb":"answer"}' ;;
  esac
done
