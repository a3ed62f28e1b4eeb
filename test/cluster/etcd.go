package main

import (
	"errors"
	"net/url"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// One etcd member on Unix sockets in folder: no port that something else could
// take, and out of reach of other users of the machine.
func startEtcd(folder string) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Dir = filepath.Join(folder, "etcd")
	config.LogLevel = "error"
	// Nobody needs this data after a crash, and fsync is most of a write's time.
	config.UnsafeNoFsync = true

	config.ListenClientUrls = socket(folder, "clients")
	config.ListenPeerUrls = socket(folder, "peers")
	// These have to be host:port, and a single member's are dialled by nobody.
	nowhere := []url.URL{{Scheme: "http", Host: "127.0.0.1:1"}}
	config.AdvertiseClientUrls, config.AdvertisePeerUrls = nowhere, nowhere
	config.InitialCluster = config.InitialClusterFromName(config.Name)

	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err = <-etcd.Err():
	case <-time.After(startLimit):
		err = errors.New("not ready in time")
	}
	etcd.Close()
	return nil, err
}

func socket(folder, name string) []url.URL {
	return []url.URL{{Scheme: "unix", Path: filepath.Join(folder, name)}}
}
