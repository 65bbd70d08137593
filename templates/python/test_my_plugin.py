"""Speaks with the plugin as lightningd does: python3 -m unittest"""
import json
import os
import socketserver
import subprocess
import tempfile
import threading
import unittest

PLUGIN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "my-plugin.py")
NODE_ID = "02" + "ab" * 32


class Rpc(socketserver.BaseRequestHandler):
    """A stand-in for lightningd's RPC: the one call that the plugin makes is getinfo."""

    def handle(self):
        while data := self.request.recv(65536):
            answer = {"jsonrpc": "2.0", "id": json.loads(data)["id"], "result": {"id": NODE_ID}}
            self.request.sendall(json.dumps(answer).encode() + b"\n\n")


class PluginTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.rpc = socketserver.ThreadingUnixStreamServer(os.path.join(self.folder.name, "lightning-rpc"), Rpc)
        self.rpc.daemon_threads = True
        threading.Thread(target=self.rpc.serve_forever, daemon=True).start()
        self.plugin = subprocess.Popen(
            [PLUGIN],
            cwd=self.folder.name,
            env={**os.environ, "LIGHTNINGD_PLUGIN": "1", "LIGHTNINGD_VERSION": "v26.06.6"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.logs = []
        self.manifest = self.call("getmanifest", {})
        configuration = {"lightning-dir": self.folder.name, "rpc-file": "lightning-rpc", "network": "regtest", "startup": False}
        self.call("init", {"options": {"greeting": "Ciao"}, "configuration": configuration})

    def tearDown(self):
        self.plugin.stdin.close()
        self.plugin.wait()
        self.plugin.stdout.close()
        self.rpc.shutdown()
        self.rpc.server_close()
        self.folder.cleanup()

    def send(self, **message):
        self.plugin.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n\n")
        self.plugin.stdin.flush()

    def call(self, method, params):
        self.send(id=f"test:{method}", method=method, params=params)
        while True:
            text = ""
            while not text.strip() or not text.endswith("\n\n"):
                line = self.plugin.stdout.readline()
                if line == "":
                    self.fail(f"the plugin ended before it answered {method}")
                text += line
            message = json.loads(text)
            if message.get("method") == "log":
                self.logs.append(message["params"]["message"])
            elif message.get("id") == f"test:{method}":
                return message["result"]

    def test_manifest(self):
        self.assertEqual([m["name"] for m in self.manifest["rpcmethods"]], ["hello"])
        self.assertEqual(sorted(self.manifest["subscriptions"]), ["connect", "disconnect"])

    def test_hello(self):
        self.assertEqual(self.call("hello", ["Rusty"]), {"greeting": "Ciao Rusty"})
        self.assertEqual(self.call("hello", {}), {"greeting": "Ciao world"})

    def test_logs(self):
        self.send(method="connect", params={"connect": {"id": "03ef"}})
        self.call("hello", [])
        self.assertIn(f"my-plugin runs on {NODE_ID}", self.logs)
        self.assertIn("connected to 03ef", self.logs)


if __name__ == "__main__":
    unittest.main()
