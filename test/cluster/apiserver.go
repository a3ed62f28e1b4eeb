package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	logsapi "k8s.io/component-base/logs/api/v1"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

type server struct {
	url     string
	options options.CompletedOptions
}

// A kube-apiserver as a cluster has it, with its default admission and
// anonymous access, but for what only costs time without controllers.
func newServer(files *certificates, etcd string) (*server, error) {
	// The port is taken here, and not by its number later, so that two servers
	// that start at once never meet.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().(*net.TCPAddr)

	s := options.NewServerRunOptions()
	flags := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	for _, set := range s.Flags().FlagSets {
		flags.AddFlagSet(set)
	}
	if err := flags.Parse([]string{
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--client-ca-file=" + files.authority,
		"--tls-cert-file=" + files.serverCert,
		"--tls-private-key-file=" + files.serverKey,
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + files.accountKey,
		"--service-account-signing-key-file=" + files.accountKey,
		"--service-cluster-ip-range=10.0.0.0/24",
		"--endpoint-reconciler-type=none",
	}); err != nil {
		return nil, err
	}
	s.SecureServing.Listener = listener
	s.SecureServing.BindPort = address.Port

	if err := s.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return nil, err
	}
	if err := logsapi.ValidateAndApply(s.Logs, utilfeature.DefaultFeatureGate); err != nil {
		return nil, err
	}
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	completed, err := s.Complete(context.Background())
	if err != nil {
		return nil, err
	}
	if errs := completed.Validate(); len(errs) != 0 {
		return nil, utilerrors.NewAggregate(errs)
	}
	return &server{url: "https://" + address.String(), options: completed}, nil
}

// Serves until the context ends; returns when the last request is answered.
func (s *server) run(ctx context.Context) error {
	return app.Run(ctx, s.options)
}

// Returns when /readyz, and with it RBAC's own roles and the first namespaces, is there.
func waitUntilReady(ctx context.Context, url string, files *certificates) error {
	client, err := kubernetes.NewForConfig(&rest.Config{
		Host: url,
		TLSClientConfig: rest.TLSClientConfig{
			CAFile: files.authority, CertFile: files.adminCert, KeyFile: files.adminKey,
		},
	})
	if err != nil {
		return err
	}
	api := client.Discovery().RESTClient()
	for {
		_, err := api.Get().AbsPath("/readyz").DoRaw(ctx)
		if err == nil {
			_, err = api.Get().AbsPath("/api/v1/namespaces/default").DoRaw(ctx)
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("kube-apiserver is not ready: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// The path of a kubeconfig that holds everything itself: it may be copied.
func writeKubeconfig(folder, url string, files *certificates) (string, error) {
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: url, CertificateAuthority: files.authority}
	config.AuthInfos["admin"] = &clientcmdapi.AuthInfo{ClientCertificate: files.adminCert, ClientKey: files.adminKey}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "admin"}
	config.CurrentContext = "test"
	if err := clientcmdapi.FlattenConfig(config); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "kubeconfig")
	if _, err := os.Stat(path); err == nil {
		return "", fmt.Errorf("%s is there already", path)
	}
	return path, clientcmd.WriteToFile(*config, path)
}
