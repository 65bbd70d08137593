// Playgrounds from `ln-play pool serve -- go test ./...`: a test that calls playground(t) has one of its own at once.
package pool

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"testing"
)

type node struct {
	Name         string `json:"name"`
	ID           string `json:"id"`
	LightningDir string `json:"lightning_dir"`
	RPCSocket    string `json:"rpc_socket"`
}

type description struct {
	ID    string `json:"id"`
	Dir   string `json:"dir"`
	Nodes []node `json:"nodes"`
}

func ask(t *testing.T, method, path string, want int, reply any) {
	t.Helper()
	request, err := http.NewRequest(method, os.Getenv("LN_PLAY_POOL_URL")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("LN_PLAY_POOL_TOKEN"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != want {
		t.Fatalf("%s %s: %s", method, path, response.Status)
	}
	if reply != nil {
		if err := json.NewDecoder(response.Body).Decode(reply); err != nil {
			t.Fatal(err)
		}
	}
}

func playground(t *testing.T) description {
	t.Helper()
	var given description
	ask(t, "POST", "/playgrounds", http.StatusCreated, &given)
	t.Cleanup(func() { ask(t, "DELETE", "/playgrounds/"+given.ID, http.StatusNoContent, nil) })
	return given
}

func (n node) call(t *testing.T, method string, result any) {
	t.Helper()
	connection, err := net.Dial("unix", n.RPCSocket)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	request := map[string]any{"jsonrpc": "2.0", "id": method, "method": method, "params": []any{}}
	if err := json.NewEncoder(connection).Encode(request); err != nil {
		t.Fatal(err)
	}
	reply := struct {
		Result any             `json:"result"`
		Error  json.RawMessage `json:"error"`
	}{Result: result}
	if err := json.NewDecoder(connection).Decode(&reply); err != nil {
		t.Fatal(err)
	}
	if reply.Error != nil {
		t.Fatalf("%s: %s: %s", n.Name, method, reply.Error)
	}
}

func TestNodesKnowEachOther(t *testing.T) {
	nodes := playground(t).Nodes
	var reply struct {
		Peers []struct {
			ID string `json:"id"`
		} `json:"peers"`
	}
	nodes[0].call(t, "listpeers", &reply)
	if len(reply.Peers) != 1 || reply.Peers[0].ID != nodes[1].ID {
		t.Fatalf("%s has other peers than %s: %+v", nodes[0].Name, nodes[1].Name, reply.Peers)
	}
}
