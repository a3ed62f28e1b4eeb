package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/tools/clientcmd"
)

type target struct {
	Server    string `json:"server"`
	Namespace string `json:"namespace"`
	Username  string `json:"username"`
	Password  string `json:"password"`
	Token     string `json:"token"`
	Insecure  bool   `json:"insecure"`
	As        string `json:"as"`
}

// Where kubectl would go with these files in KUBECONFIG, and with what.
func readKubeconfigs(texts []string) (target, error) {
	folder, err := os.MkdirTemp("", "meshreg-oracle-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	rules := &clientcmd.ClientConfigLoadingRules{}
	for index, text := range texts {
		path := filepath.Join(folder, fmt.Sprint(index))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			panic(err)
		}
		rules.Precedence = append(rules.Precedence, path)
	}
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{ClusterDefaults: clientcmd.ClusterDefaults})
	config, err := loader.ClientConfig()
	if err != nil {
		return target{}, hiding(err, folder)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return target{}, hiding(err, folder)
	}
	return target{
		Server:    config.Host,
		Namespace: namespace,
		Username:  config.Username,
		Password:  config.Password,
		Token:     config.BearerToken,
		Insecure:  config.Insecure,
		As:        config.Impersonate.UserName,
	}, nil
}

// The same words whatever the folder is called.
func hiding(err error, folder string) error {
	return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), folder+"/", ""))
}

type read struct {
	// Every value that a flag got, in order; a switch's are `true` and `false`.
	Flags       map[string][]string `json:"flags"`
	Positionals []string            `json:"positionals"`
}

// What a flag of an optional value gets where it has none.
const bare = "\x00"

func readArgv(input struct {
	Flags []struct {
		Name  string `json:"name"`
		Short string `json:"short"`
		Kind  string `json:"kind"`
	} `json:"flags"`
	Argv []string `json:"argv"`
}) (read, error) {
	values := map[string][]string{}
	set := pflag.NewFlagSet("kubectl", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	for _, each := range input.Flags {
		var value pflag.Value = &noted{name: each.Name, values: values, isSwitch: each.Kind == "switch"}
		flag := set.VarPF(value, each.Name, each.Short, "")
		switch each.Kind {
		case "switch":
			flag.NoOptDefVal = "true"
		case "optional":
			flag.NoOptDefVal = bare
		}
	}
	if err := set.Parse(input.Argv); err != nil {
		return read{}, err
	}
	return read{values, append([]string{}, set.Args()...)}, nil
}

// A flag's value that remembers all it was set to.
type noted struct {
	name     string
	values   map[string][]string
	isSwitch bool
}

func (n *noted) Set(text string) error {
	if n.isSwitch {
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		on := set.Bool("on", false, "")
		if err := set.Set("on", text); err != nil {
			return err
		}
		text = fmt.Sprint(*on)
	}
	n.values[n.name] = append(n.values[n.name], text)
	return nil
}
func (n *noted) String() string { return "" }
func (n *noted) Type() string   { return "string" }

// The objects of a manifest file, as `kubectl apply -f` reads them.
func readManifest(text string) ([]json.RawMessage, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	objects := []json.RawMessage{}
	for {
		object := runtime.RawExtension{}
		if err := decoder.Decode(&object); err == io.EOF {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		raw := bytes.TrimSpace(object.Raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			continue
		}
		objects = append(objects, raw)
	}
}
