// Load plays the people in front of a proxy, and the WhatsApp behind it, for `make bench`. What it measures it prints as one line of JSON.
// All of it stays on loopback.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
)

const usage = `load plays the people in front of a proxy, and the WhatsApp behind it.

  load upstream   answers on a port of its own until it is ended
  load arrive     opens connections one after the other, each for one byte and its echo
  load stream     downloads on many connections at once
  load idle       opens connections and holds them, and looks what memory the proxy has then
  load ping       sends messages on open connections, and measures how long the echo takes

load COMMAND --help lists a command's flags.
`

// commands by name. Each returns what is printed.
var commands = map[string]func(arguments []string) (any, error){
	"upstream": upstream,
	"arrive":   arrive,
	"stream":   stream,
	"idle":     idle,
	"ping":     ping,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	result, err := commands[os.Args[1]](os.Args[2:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "load %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// target is what all commands but upstream take: whom to call, how, and which process to look at meanwhile.
type target struct {
	address string
	// encryption is "none", "full" (each handshake is a whole one) or "resumed" (each but the first continues a session).
	encryption string
	process    int
}

func (t *target) flags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.StringVar(&t.address, "address", "", "`host:port` to call")
	flags.StringVar(&t.encryption, "tls", "none", "none, full or resumed")
	flags.IntVar(&t.process, "process", 0, "number of the `process` whose CPU time and memory are told")
	return flags
}

// counts is a flag of numbers in a row: 2500,5000.
type counts []int

func (c *counts) String() string { return fmt.Sprint(*c) }

func (c *counts) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		number, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("%q is not a number", word)
		}
		*c = append(*c, number)
	}
	return nil
}
