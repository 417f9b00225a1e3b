// Command pause holds a pod's namespaces open. It is a program of its own because every pod runs one
// and the big one would cost each pod some 60 MB.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

// main waits for the signal to end and, being PID 1 of
// the pod's namespaces, reaps the orphans that a shared PID namespace hands to it.
func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	for {
		select {
		case <-end:
			return
		case <-children:
			reapAll()
		}
	}
}

// reapAll collects every child that has ended: one SIGCHLD may stand for several.
func reapAll() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
	}
}
