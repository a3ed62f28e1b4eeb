package main

import (
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/credentialprovider/secrets"
	"k8s.io/kubernetes/pkg/util/parsers"
)

type image struct {
	Repository string `json:"repository"`
	Tag        string `json:"tag"`
	Digest     string `json:"digest"`
}

func readImage(text string) (image, error) {
	repository, tag, digest, err := parsers.ParseImageName(text)
	return image{repository, tag, digest}, err
}

type credential struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// What a kubelet would try for an image that has these pull Secrets, in its order.
func lookUp(input struct {
	Image   string `json:"image"`
	Sources []struct {
		Type string `json:"type"`
		Data string `json:"data"`
	} `json:"sources"`
}) ([]credential, error) {
	repository, _, _, err := parsers.ParseImageName(input.Image)
	if err != nil {
		return nil, err
	}
	pullSecrets := make([]corev1.Secret, 0, len(input.Sources))
	for _, source := range input.Sources {
		key := corev1.DockerConfigJsonKey
		if source.Type == string(corev1.SecretTypeDockercfg) {
			key = corev1.DockerConfigKey
		}
		pullSecrets = append(pullSecrets, corev1.Secret{
			Type: corev1.SecretType(source.Type),
			Data: map[string][]byte{key: []byte(source.Data)},
		})
	}
	keyring, err := secrets.MakeDockerKeyring(pullSecrets, &credentialprovider.BasicDockerKeyring{})
	if err != nil {
		return nil, err
	}
	found, _ := keyring.Lookup(repository)
	return inOrder(found), nil
}

func inOrder(found []credentialprovider.TrackedAuthConfig) []credential {
	credentials := make([]credential, 0, len(found))
	for _, each := range found {
		credentials = append(credentials, credential{each.Username, each.Password})
	}
	return credentials
}

type stored struct {
	credential
	// Whether docker would send a token instead, which no pull Secret can carry.
	Token bool `json:"token"`
}

// The entries of a docker config, as `docker pull` reads them.
func readDockerConfig(text string) (map[string]stored, error) {
	config := configfile.New("")
	if err := config.LoadFromReader(strings.NewReader(text)); err != nil {
		return nil, err
	}
	entries := map[string]stored{}
	for key, entry := range config.GetAuthConfigs() {
		entries[key] = stored{
			credential{entry.Username, entry.Password},
			entry.IdentityToken != "" || entry.RegistryToken != "",
		}
	}
	return entries, nil
}
