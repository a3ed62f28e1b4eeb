// A Kubernetes API for tests: kube-apiserver and etcd in one process, on
// loopback, with RBAC and certificates of its own, and no controllers.
//
// It prints one line on stdout, the path of an administrator's kubeconfig, when
// the API answers; it stops, and removes everything that it wrote, on SIGTERM,
// SIGINT, or when stdin ends (so that it never outlives whoever started it).
// Logs go to stderr. Any number may run at once.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// What a start may take at the most; two busy cores need about ten seconds.
const startLimit = 2 * time.Minute

// After this a stop no longer waits for requests that are under way.
const stopLimit = 5 * time.Second

func main() {
	stop, _ := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	stop, cancel := context.WithCancel(stop)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if err := run(stop); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func run(stop context.Context) error {
	folder, err := os.MkdirTemp("", "meshreg-cluster-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)

	files, err := writeCertificates(folder)
	if err != nil {
		return fmt.Errorf("cannot write certificates: %w", err)
	}
	etcd, err := startEtcd(folder)
	if err != nil {
		return fmt.Errorf("cannot start etcd: %w", err)
	}
	defer etcd.Close()

	server, err := newServer(files, etcd.Config().ListenClientUrls[0].String())
	if err != nil {
		return fmt.Errorf("cannot configure kube-apiserver: %w", err)
	}
	serving, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- server.run(serving) }()

	started, giveUp := context.WithTimeout(stop, startLimit)
	defer giveUp()
	ready := make(chan error, 1)
	go func() { ready <- waitUntilReady(started, server.url, files) }()
	select {
	case err := <-ended:
		return fmt.Errorf("kube-apiserver ended: %w", err)
	case err := <-ready:
		if stop.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
	kubeconfig, err := writeKubeconfig(folder, server.url, files)
	if err != nil {
		return err
	}
	fmt.Println(kubeconfig)

	select {
	case err := <-ended:
		return fmt.Errorf("kube-apiserver ended: %w", err)
	case <-stop.Done():
	}
	cancel()
	select {
	case err = <-ended:
	case <-time.After(stopLimit):
	}
	return err
}
