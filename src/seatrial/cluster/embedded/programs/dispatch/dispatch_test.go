package dispatch

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestAProgramGetsItsOwnNameAndArguments(t *testing.T) {
	var got []string
	known := map[string]Program{
		"etcd": func(arguments []string) int { got = arguments; return 7 },
	}
	code := Run([]string{"/bin/seatrial-node", "etcd", "--name=x", "y"}, known, &bytes.Buffer{})
	if code != 7 {
		t.Errorf("exit code %d, expected the program's own, 7", code)
	}
	if want := []string{"etcd", "--name=x", "y"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the program got %q, expected %q", got, want)
	}
}

func TestAnUnknownNameIsToldWithTheKnownOnes(t *testing.T) {
	known := map[string]Program{"etcd": nil, "coredns": nil}
	for _, arguments := range [][]string{{"seatrial-node"}, {"seatrial-node", "etdc"}} {
		var said bytes.Buffer
		if code := Run(arguments, known, &said); code != UsageError {
			t.Errorf("%q: exit code %d, expected %d", arguments, code, UsageError)
		}
		if !strings.Contains(said.String(), "coredns, etcd") {
			t.Errorf("%q: %q names no known program", arguments, said.String())
		}
	}
}
