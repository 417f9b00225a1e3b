// Command seatrial-node is every program of the embedded cluster in one static file, pause excepted.
//
// Its first argument names the program; the rest are that program's own arguments. One file
// means one build, one cache entry, and that the file on the node is also the content of the
// image CoreDNS and metrics-server run from.
//
// What does not belong here: any decision about flags, order or health. Python makes those; the
// two meet only at this command line.
package main

import (
	"os"

	"seatrial.dev/node/dispatch"
)

func main() {
	os.Exit(dispatch.Run(os.Args, map[string]dispatch.Program{
		"coredns":                 alone(runCoreDNS),
		"etcd":                    alone(runEtcd),
		"kube-apiserver":          alone(runAPIServer),
		"kube-controller-manager": alone(runControllerManager),
		"kube-proxy":              alone(runProxy),
		"kube-scheduler":          alone(runScheduler),
		"kubelet":                 alone(runKubelet),
		"metrics-server":          alone(runMetricsServer),
	}, os.Stderr))
}

// alone shows a program its arguments where it looks for them: each reads os.Args by itself.
func alone(run func() int) dispatch.Program {
	return func(arguments []string) int {
		os.Args = arguments
		return run()
	}
}
