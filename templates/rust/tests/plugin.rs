//! Speaks with the plugin as lightningd does.
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct RunningPlugin {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl RunningPlugin {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_my-plugin"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the plugin starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut plugin = Self { child, stdin, stdout };
        plugin.call("getmanifest", json!({}));
        let configuration = json!({
            "lightning-dir": "/tmp", "rpc-file": "lightning-rpc", "startup": false, "network": "regtest",
            "feature_set": { "init": "", "node": "", "channel": "", "invoice": "" },
        });
        plugin.call("init", json!({ "options": { "greeting": "Ciao" }, "configuration": configuration }));
        plugin
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": method, "method": method, "params": params });
        let stdin = self.stdin.as_mut().unwrap();
        write!(stdin, "{request}\n\n").unwrap();
        stdin.flush().unwrap();
        loop {
            let mut line = String::new();
            let bytes = self.stdout.read_line(&mut line).unwrap();
            assert!(bytes > 0, "the plugin ended before it answered {method}");
            let Ok(message) = serde_json::from_str::<Value>(&line) else {
                continue; // the empty line behind each message
            };
            if message["id"] == method {
                return message["result"].clone();
            }
        }
    }
}

impl Drop for RunningPlugin {
    fn drop(&mut self) {
        drop(self.stdin.take()); // a plugin ends with its standard input
        self.child.wait().unwrap();
    }
}

#[test]
fn greets_by_position_by_name_and_the_world() {
    let mut plugin = RunningPlugin::start();
    assert_eq!(plugin.call("hello", json!(["Rusty"])), json!({ "greeting": "Ciao Rusty" }));
    assert_eq!(plugin.call("hello", json!({ "name": "Rusty" })), json!({ "greeting": "Ciao Rusty" }));
    assert_eq!(plugin.call("hello", json!([])), json!({ "greeting": "Ciao world" }));
}
