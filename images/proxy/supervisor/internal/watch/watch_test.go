package watch

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestASwappedLinkIsNoticed(t *testing.T) {
	dir := t.TempDir()
	changes := changesEvery(t.Context(), dir, time.Hour)
	if err := os.Symlink("somewhere", filepath.Join(dir, "..data_tmp")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
	awaitChange(t, changes)
}

func TestADirectoryThatIsNotThereYetIsLookedAtAllTheSame(t *testing.T) {
	awaitChange(t, changesEvery(t.Context(), filepath.Join(t.TempDir(), "later"), time.Millisecond))
}

func awaitChange(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(30 * time.Second):
		t.Fatal("no change was told")
	}
}
