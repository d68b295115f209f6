package haproxy

import (
	"context"
	"fmt"
	"strings"
)

// MatchVariable makes a number that the configuration declares as a variable of the process have this value. A name that the configuration does
// not have is left alone.
func (w Worker) MatchVariable(ctx context.Context, name string, value int) error {
	shown, err := w.ask(ctx, "get var "+name)
	if err != nil || !strings.Contains(shown, "type=sint") || strings.HasSuffix(shown, fmt.Sprintf(" value=<%d>", value)) {
		return err
	}
	// HAProxy 3.0 calls the command experimental, though the variables are not: it must be asked for.
	answer, err := w.client.run(ctx, "experimental-mode on; "+w.addressed(fmt.Sprintf("set var %s int(%d)", name, value)))
	if err != nil {
		return err
	}
	if answer = strings.TrimSpace(answer); answer != "" {
		return fmt.Errorf("HAProxy refused to set %s to %d: %s", name, value, answer)
	}
	return nil
}
