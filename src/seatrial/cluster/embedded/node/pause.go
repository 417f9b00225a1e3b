package main

import (
	"os"
	"os/signal"
	"syscall"
)

// runPause holds a pod's namespaces open: it waits for the signal to end and, being PID 1 of
// them, reaps the orphans that a shared PID namespace hands to it.
func runPause() int {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	for {
		select {
		case <-end:
			return 0
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
