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
	"fmt"
	"os"
	"sort"
	"strings"
)

// A program runs until it ends and gives the exit code. It reads its arguments from os.Args[1:].
type program func() int

func programs() map[string]program {
	return map[string]program{
		"coredns":                 runCoreDNS,
		"etcd":                    runEtcd,
		"kube-apiserver":          runAPIServer,
		"kube-controller-manager": runControllerManager,
		"kube-proxy":              runProxy,
		"kube-scheduler":          runScheduler,
		"kubelet":                 runKubelet,
		"metrics-server":          runMetricsServer,
	}
}

func main() {
	os.Exit(dispatch(programs()))
}

// dispatch takes the program's name out of os.Args, since each program parses os.Args itself.
func dispatch(known map[string]program) int {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage("no program was named", known))
		return 2
	}
	name := os.Args[1]
	run, ok := known[name]
	if !ok {
		fmt.Fprintln(os.Stderr, usage(fmt.Sprintf("there is no program %q", name), known))
		return 2
	}
	os.Args = append([]string{name}, os.Args[2:]...)
	return run()
}

func usage(got string, known map[string]program) string {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	sort.Strings(names)
	return fmt.Sprintf("seatrial-node: %s; expected one of: %s", got, strings.Join(names, ", "))
}
