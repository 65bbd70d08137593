package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Builds the plugin and speaks with it as lightningd does.
func TestHello(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "my-plugin")
	if out, err := exec.Command("go", "build", "-o", binary).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	command := exec.Command(binary)
	command.Stderr = os.Stderr
	stdin, _ := command.StdinPipe()
	stdout, _ := command.StdoutPipe()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(stdout)
	call := func(method, params string) map[string]any {
		io.WriteString(stdin, `{"jsonrpc":"2.0","id":"`+method+`","method":"`+method+`","params":`+params+"}\n\n")
		for {
			var answer struct {
				ID     string
				Result map[string]any
			}
			if err := answers.Decode(&answer); err != nil {
				t.Fatalf("the plugin ended before it answered %s: %v", method, err)
			}
			if answer.ID == method {
				return answer.Result
			}
		}
	}

	if call("getmanifest", "{}")["dynamic"] != true {
		t.Error("it is not dynamic")
	}
	call("init", `{"options":{"greeting":"Ciao"},"configuration":{"lightning-dir":"/tmp"}}`)
	for params, want := range map[string]string{
		`["Rusty"]`: "Ciao Rusty", `{"name":"Rusty"}`: "Ciao Rusty", `[]`: "Ciao world",
	} {
		if got := call("hello", params)["greeting"]; got != want {
			t.Errorf("hello %s: %v, not %s", params, got, want)
		}
	}
	stdin.Close() // a plugin ends with its standard input
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
}
