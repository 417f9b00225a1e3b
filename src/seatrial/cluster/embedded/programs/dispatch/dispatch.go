// Package dispatch runs one of several programs, named by the first argument.
//
// It knows no program: main lists them.
package dispatch

import (
	"fmt"
	"io"
	"sort"
	"strings"
)

// A Program gets its argument list, its own name first, and gives its exit code.
type Program func(arguments []string) int

// UsageError is the exit code when no known program is named.
const UsageError = 2

// Run takes the program's name out of the arguments and runs it with the rest.
func Run(arguments []string, known map[string]Program, complaints io.Writer) int {
	if len(arguments) < 2 {
		return complain(complaints, "no program was named", known)
	}
	name := arguments[1]
	program, ok := known[name]
	if !ok {
		return complain(complaints, fmt.Sprintf("there is no program %q", name), known)
	}
	return program(append([]string{name}, arguments[2:]...))
}

func complain(to io.Writer, got string, known map[string]Program) int {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(to, "seatrial-node: %s; expected one of: %s\n", got, strings.Join(names, ", "))
	return UsageError
}
