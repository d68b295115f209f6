package machine

import (
	"os"
	"path/filepath"
	"testing"
)

func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestMemoryLimit(t *testing.T) {
	for text, want := range map[string]int{"1073741824\n": 1 << 30, "max\n": 0, "9223372036854771712\n": 0, "": 0, "nonsense": 0} {
		if got := memoryLimit([]string{"/nobody/has/this", written(t, text)}); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
	if got := memoryLimit([]string{"/nobody/has/this"}); got != 0 {
		t.Errorf("no file: %d", got)
	}
}

func TestLocalPorts(t *testing.T) {
	for text, want := range map[string]int{"32768\t60999\n": 28232, "1024 65535": 64512, "": 0, "7": 0, "9 1": 0} {
		if got := localPorts(written(t, text)); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}
