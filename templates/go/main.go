// A Core Lightning plugin in Go, with nothing but its standard library: an option, a method, two subscriptions.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

var greeting = "Hello"

func main() {
	plugin := &Plugin{
		Manifest: Manifest{
			Options:       []Option{{"greeting", "string", greeting, "The greeting to use"}},
			RPCMethods:    []Method{{"hello", "[name]"}},
			Subscriptions: []string{"connect", "disconnect"},
			Dynamic:       true,
		},
	}
	plugin.Handlers = map[string]Handler{
		"init":  plugin.init,
		"hello": plugin.hello,
		"connect": func(params json.RawMessage) (any, error) {
			return nil, plugin.logPeer("connected to", "connect", params)
		},
		"disconnect": func(params json.RawMessage) (any, error) {
			return nil, plugin.logPeer("disconnected from", "disconnect", params)
		},
	}
	if err := plugin.Run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (plugin *Plugin) init(params json.RawMessage) (any, error) {
	var init struct {
		Options struct {
			Greeting string `json:"greeting"`
		} `json:"options"`
		Configuration struct {
			LightningDir string `json:"lightning-dir"`
		} `json:"configuration"`
	}
	if err := json.Unmarshal(params, &init); err != nil {
		return nil, err
	}
	greeting = init.Options.Greeting
	plugin.Log("info", "my-plugin runs in "+init.Configuration.LightningDir)
	return struct{}{}, nil
}

// The parameters are as the caller gave them: by position or by name.
func (plugin *Plugin) hello(params json.RawMessage) (any, error) {
	name := "world"
	if bytes.HasPrefix(bytes.TrimSpace(params), []byte("[")) {
		var positional []string
		if err := json.Unmarshal(params, &positional); err != nil {
			return nil, err
		}
		if len(positional) > 0 {
			name = positional[0]
		}
	} else {
		named := struct{ Name *string }{&name}
		if err := json.Unmarshal(params, &named); err != nil {
			return nil, err
		}
	}
	plugin.Log("info", "greeting "+name)
	return map[string]string{"greeting": greeting + " " + name}, nil
}

func (plugin *Plugin) logPeer(what, topic string, params json.RawMessage) error {
	var event map[string]struct{ ID string }
	if err := json.Unmarshal(params, &event); err != nil {
		return err
	}
	plugin.Log("info", what+" "+event[topic].ID)
	return nil
}
