# plugin watch: a plugin runs, is saved, is broken, is mended.
source "$(dirname "$0")/stage.sh"
perform plugin watch l1 hello.js
until_seen 'hello runs on'
quietly lnp cli l1 hello world
until_seen 'greeting world'

sed -i 's/Hello/Ciao/' hello.js
until_seen 'stopped by lightningd'
until quietly lnp cli l1 hello again; do :; done
until_seen 'greeting again'

sed -i 's/plugin.run/plugin.rum/' hello.js
until_seen 'the old one keeps running'

sed -i 's/plugin.rum/plugin.run/' hello.js
until [ "$(grep -c 'hello runs on' "$stage/seen")" = 3 ]; do sleep 0.05; done
curtain
