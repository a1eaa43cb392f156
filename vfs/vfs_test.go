package vfs_test

import (
	"testing"

	"github.com/millrace-media/millrace/vfs/vfstest"
)

func TestMain(m *testing.M) { vfstest.Main(m) }

func TestFS(t *testing.T) {
	t.Parallel()
	vfstest.Run(t, vfstest.Direct)
}
