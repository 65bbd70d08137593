#!/usr/bin/env bash
# A kubectl whose API server is the simulation (server.js), at the port SIMULATION of this machine. It does next to nothing, so
# that the machine has time for what is measured; or KUBECTL_WORK turns of a loop first, for the processor time that a real one
# takes to start. It sends its arguments in a line, and what is applied after its length.
export LC_ALL=C
for ((turn = 0; turn < ${KUBECTL_WORK:-0}; turn++)); do :; done
exec 3<>"/dev/tcp/127.0.0.1/$SIMULATION" 4<&0
printf '%s\037' "$@" >&3
printf '\n' >&3
case " $* " in
*' exec '*)
  cat <&3 &
  reader=$!
  (
    cat <&4 >&3
    kill $reader
  ) &
  wait $reader
  kill $! 2>/dev/null
  ;;
*' logs '* | *' --watch '*) exec cat <&3 ;;
*)
  case " $* " in *' -f '*)
    input=$(cat)
    printf '%s\n%s' "${#input}" "$input" >&3
    ;;
  esac
  IFS= read -r code <&3
  cat <&3
  exit "$code"
  ;;
esac
