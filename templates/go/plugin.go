package main

import (
	"encoding/json"
	"errors"
	"io"
)

// Handler answers a method or a hook; what it returns for a notification is not sent.
type Handler func(params json.RawMessage) (any, error)

// Plugin speaks with lightningd: JSON-RPC over standard input and output. Nothing else may be printed there.
type Plugin struct {
	Manifest Manifest
	Handlers map[string]Handler
	out      *json.Encoder
}

// Manifest is the answer to getmanifest.
type Manifest struct {
	Options       []Option `json:"options"`
	RPCMethods    []Method `json:"rpcmethods"`
	Subscriptions []string `json:"subscriptions"`
	Dynamic       bool     `json:"dynamic"`
}

// Option is one that lightningd takes for us: lightningd --NAME=VALUE.
type Option struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Default     any    `json:"default"`
	Description string `json:"description"`
}

// Method is an RPC method of ours.
type Method struct {
	Name  string `json:"name"`
	Usage string `json:"usage"`
}

type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Run answers what comes in, until its end.
func (plugin *Plugin) Run(in io.Reader, out io.Writer) error {
	plugin.out = json.NewEncoder(out)
	requests := json.NewDecoder(in)
	for {
		var request struct {
			ID     json.RawMessage
			Method string
			Params json.RawMessage
		}
		if err := requests.Decode(&request); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		result, err := plugin.answer(request.Method, request.Params)
		switch {
		case err != nil && request.ID == nil:
			plugin.Log("error", request.Method+": "+err.Error())
		case err != nil:
			plugin.send(message{ID: request.ID, Error: &rpcError{-32603, err.Error()}})
		case request.ID != nil:
			plugin.send(message{ID: request.ID, Result: result})
		}
	}
}

// Log writes to lightningd's log: debug, info, warn or error.
func (plugin *Plugin) Log(level, text string) {
	plugin.send(message{Method: "log", Params: map[string]string{"level": level, "message": text}})
}

func (plugin *Plugin) answer(method string, params json.RawMessage) (any, error) {
	if method == "getmanifest" {
		return plugin.Manifest, nil
	}
	handler, there := plugin.Handlers[method]
	if !there {
		return nil, errors.New("no such method: " + method)
	}
	return handler(params)
}

func (plugin *Plugin) send(message message) {
	message.JSONRPC = "2.0"
	// lightningd has gone when this fails, and then our standard input ends too.
	_ = plugin.out.Encode(message)
}
