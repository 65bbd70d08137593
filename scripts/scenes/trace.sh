# plugin trace: a plugin starts, and its method is called.
source "$(dirname "$0")/stage.sh"
perform plugin trace l1 hello.js
until_seen 'ends the trace'
quietly lnp cli l1 hello world
until_seen '"greeting":"Hello world"'
curtain
