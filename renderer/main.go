// Command vidra-render makes one text of manifests from a chart or an overlay.
//
// A request comes on standard input and an answer goes to standard output, both in JSON (wire.go). Before it reads, it
// gives up whatever else it could do (confine.go): it renders what strangers wrote.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// Exit codes beside 0, which says that there is an answer; the runtime of Go ends with 2 when there is no memory left.
const (
	cannotConfine = 10
	cannotAnswer  = 11
)

func main() {
	limits := readLimits(os.Args[1:])
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	outOfTime := make(chan os.Signal, 1)
	signal.Notify(outOfTime, syscall.SIGXCPU)
	if err := confine(limits); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(cannotConfine)
	}
	go func() {
		<-outOfTime
		say(failure(faultf(tooLong, "rendering takes more than %d seconds of the processor", limits.cpu)))
	}()
	say(serve(os.Stdin, limits))
}

// serve reads a request and answers it, whatever happens meanwhile.
func serve(in io.Reader, limits limits) (out *answer) {
	defer func() {
		if broken := recover(); broken != nil {
			out = failure(faultf(failed, "rendering broke off: %v", broken))
		}
	}()
	var asked request
	if err := json.NewDecoder(in).Decode(&asked); err != nil {
		return failure(faultf(failed, "the request cannot be read: %v", err))
	}
	if asked.Protocol != protocol {
		return failure(faultf(missing, "it speaks protocol %d", protocol))
	}
	switch {
	case asked.Helm != nil:
		return renderHelm(asked.Helm, limits)
	case asked.Kustomize != nil:
		return renderKustomize(asked.Kustomize, limits)
	case asked.Probe != nil:
		return probe(asked.Probe)
	}
	return failure(faultf(failed, "the request asks for nothing"))
}

var once sync.Once

// say writes the answer and ends the program; whoever comes second waits for that.
func say(out *answer) {
	once.Do(func() {
		out.Protocol = protocol
		if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
			os.Exit(cannotAnswer)
		}
		os.Exit(0)
	})
}
