package main

import (
	"os"

	"github.com/coredns/coredns/coremain"
	// Only the plugins the Corefile names: each further one is code that can fail.
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/ready"
	"go.etcd.io/etcd/server/v3/etcdmain"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/cli"
	metrics "sigs.k8s.io/metrics-server/cmd/metrics-server/app"
)

// runEtcd and runCoreDNS give 0 only if the program returns: both end the process themselves on
// an error.
func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}

func runCoreDNS() int {
	coremain.Run()
	return 0
}

func runMetricsServer() int {
	return cli.Run(metrics.NewMetricsServerCommand(genericapiserver.SetupSignalHandler()))
}
