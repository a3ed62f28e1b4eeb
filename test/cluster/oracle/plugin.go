package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
)

// What a kubelet gets of an image credential provider: it is configured, asked for
// the image, and its answer decoded, by the kubelet's own code. A kubelet asks all
// that it was ever configured with: this is the one question of a process.
func askPlugin(input struct {
	Path       string   `json:"path"`
	Args       []string `json:"args"`
	APIVersion string   `json:"apiVersion"`
	Image      string   `json:"image"`
}) ([]credential, error) {
	folder, name := filepath.Split(input.Path)
	config, err := json.Marshal(map[string]any{
		"apiVersion": "kubelet.config.k8s.io/v1",
		"kind":       "CredentialProviderConfig",
		"providers": []any{map[string]any{
			"name":                 name,
			"apiVersion":           input.APIVersion,
			"args":                 input.Args,
			"matchImages":          []string{strings.SplitN(input.Image, "/", 2)[0]},
			"defaultCacheDuration": "0s",
		}},
	})
	if err != nil {
		return nil, err
	}
	written, err := os.CreateTemp("", "credential-providers-*.yaml")
	if err != nil {
		return nil, err
	}
	defer os.Remove(written.Name())
	if err := os.WriteFile(written.Name(), config, 0o600); err != nil {
		return nil, err
	}
	if err := plugin.RegisterCredentialProviderPlugins(written.Name(), folder, nil, nil); err != nil {
		return nil, err
	}
	// A kubelet logs why it has nothing, and goes on.
	var said bytes.Buffer
	klog.SetOutput(&said)
	defer klog.SetOutput(silence)
	found, _ := plugin.NewExternalCredentialProviderDockerKeyring("", "", "", "").Lookup(input.Image)
	klog.Flush()
	if len(found) == 0 && said.Len() > 0 {
		return nil, errors.New(said.String())
	}
	return inOrder(found), nil
}
