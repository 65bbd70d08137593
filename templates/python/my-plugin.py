#!/usr/bin/env python3
"""A Core Lightning plugin with pyln-client: an option, a method, two subscriptions."""
import os
import sys

# lightningd starts us outside of any virtual environment: go into the one beside this file, where there is one.
venv_python = os.path.join(os.path.dirname(os.path.realpath(__file__)), ".venv", "bin", "python3")
if os.path.exists(venv_python) and sys.prefix == sys.base_prefix:
    os.execv(venv_python, [venv_python, *sys.argv])

try:
    from pyln.client import Plugin
except ImportError:
    sys.exit(
        "pyln-client is not installed: run `python3 -m venv .venv && .venv/bin/pip install -r requirements.txt` "
        "beside my-plugin.py"
    )

plugin = Plugin()


@plugin.method("hello")
def hello(plugin, name="world"):
    """Greet someone: this is the description that `lightning-cli help hello` shows."""
    greeting = plugin.get_option("greeting")
    plugin.log(f"greeting {name}")
    return {"greeting": f"{greeting} {name}"}


@plugin.subscribe("connect")
def on_connect(plugin, connect, **kwargs):
    plugin.log(f"connected to {connect['id']}")


@plugin.subscribe("disconnect")
def on_disconnect(plugin, disconnect, **kwargs):
    plugin.log(f"disconnected from {disconnect['id']}")


@plugin.init()
def init(options, configuration, plugin, **kwargs):
    plugin.log(f"my-plugin runs on {plugin.rpc.getinfo()['id']}")


plugin.add_option("greeting", "Hello", "The greeting to use")

if __name__ == "__main__":
    plugin.run()
