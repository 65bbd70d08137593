"""Playgrounds from `ln-play pool serve -- pytest`: a test that asks for `playground` has one of its own at once."""

import json
import os
import socket
import urllib.request

import pytest

POOL = os.environ["LN_PLAY_POOL_URL"]
TOKEN = os.environ["LN_PLAY_POOL_TOKEN"]


def ask(method: str, path: str):
    request = urllib.request.Request(
        POOL + path, method=method, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request) as response:
        text = response.read()
        return json.loads(text) if text else None


class Node:
    """A lightning node by its JSON-RPC socket; pyln.client.LightningRpc(node.rpc_socket) does it too."""

    def __init__(self, name: str, id: str, lightning_dir: str, rpc_socket: str):
        self.name, self.id = name, id
        self.lightning_dir, self.rpc_socket = lightning_dir, rpc_socket

    def call(self, method: str, **params):
        request = {"jsonrpc": "2.0", "id": method, "method": method, "params": params}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.rpc_socket)
            connection.sendall(json.dumps(request).encode())
            text = b""
            while not text.endswith(b"\n\n"):
                text += connection.recv(65536)
        reply = json.loads(text)
        if "error" in reply:
            raise RuntimeError(f"{self.name}: {method}: {reply['error']['message']}")
        return reply["result"]


class Playground:
    def __init__(self, description: dict):
        self.dir = description["dir"]
        self.bitcoind = description["bitcoind"]
        self.nodes = [Node(**node) for node in description["nodes"]]


@pytest.fixture
def playground():
    description = ask("POST", "/playgrounds")
    yield Playground(description)
    ask("DELETE", f"/playgrounds/{description['id']}")
