package torture_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// volume is a file system of its own, in an image file on a loop device.
type volume struct {
	image, path string
	mounted     bool
}

// newVolume makes an ext4 of some megabytes. It needs root and loop devices: where
// scripts/loop.sh has found them (SEAMARK_LOOP=1) a failure fails, else the test is
// skipped, and the script says so aloud.
func newVolume(t *testing.T, megabytes int) *volume {
	t.Helper()
	if os.Geteuid() != 0 && os.Getenv("SEAMARK_LOOP") != "1" {
		t.Skip("NOT TESTED: power cuts and full disks need root and a loop device")
	}
	folder := t.TempDir()
	v := &volume{image: filepath.Join(folder, "image"), path: filepath.Join(folder, "mnt")}
	err := errors.Join(os.Mkdir(v.path, 0o755), os.WriteFile(v.image, nil, 0o600), os.Truncate(v.image, int64(megabytes)<<20))
	if err == nil {
		err = command("mkfs.ext4", "-q", "-F", v.image)
	}
	if err == nil {
		err = command("mount", "-o", harsh, v.image, v.path)
	}
	if err != nil && os.Getenv("SEAMARK_LOOP") != "1" {
		t.Skipf("NOT TESTED: power cuts and full disks need root and a loop device: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	v.mounted = true
	t.Cleanup(func() { v.unmount(t) })
	return v
}

// harsh has the journal written every second, and names before what they name: a file that
// was not fsynced before it was published may come back empty.
const harsh = "loop,commit=1,data=writeback"

func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return errors.New(name + ": " + string(out))
	}
	return nil
}

func (v *volume) unmount(t *testing.T) {
	t.Helper()
	if !v.mounted {
		return
	}
	var err error
	for range 100 { // a process that was killed lets go of its files a moment later
		if err = unix.Unmount(v.path, 0); err == nil {
			v.mounted = false
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("unmount %s: %v", v.path, err)
}

// ext4Shutdown is EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32), and noLogFlush its flag
// EXT4_GOING_FLAGS_NOLOGFLUSH: what the journal has not written by now is lost, as
// without power. Source: fs/ext4/ext4.h.
const (
	ext4Shutdown = 0x8004587d
	noLogFlush   = 2
)

// cut cuts the power: from its end on nothing reaches the disk, every call fails. While it
// runs, a few milliseconds, an fsync may be confirmed whose data are lost (measured: 48 of
// 7,875 in 150 cuts of a program that only appends and fsyncs; none before it began).
func (v *volume) cut(t *testing.T) {
	t.Helper()
	f, err := os.Open(v.path)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(f.Fd()), ext4Shutdown, noLogFlush)
		f.Close()
	}
	if err != nil {
		t.Fatalf("EXT4_IOC_SHUTDOWN: %v", err)
	}
}

// remount is the next boot: the journal is replayed.
func (v *volume) remount(t *testing.T) {
	t.Helper()
	v.unmount(t)
	if err := command("mount", "-o", harsh, v.image, v.path); err != nil {
		t.Fatal(err)
	}
	v.mounted = true
}

// sync makes everything on the volume durable.
func (v *volume) sync(t *testing.T) {
	t.Helper()
	f, err := os.Open(v.path)
	if err == nil {
		err = unix.Syncfs(int(f.Fd()))
		f.Close()
	}
	if err != nil {
		t.Fatalf("syncfs: %v", err)
	}
}

// free is how many bytes root may still write.
func (v *volume) free(t *testing.T) int64 {
	t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(v.path, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Bfree) * s.Bsize
}

// fill takes the volume's space but for leave bytes, with a file of somebody else's.
func (v *volume) fill(t *testing.T, n int, leave int64) (release func()) {
	t.Helper()
	name := filepath.Join(v.path, "ballast-"+strconv.Itoa(n))
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := v.free(t) - leave; size > 0; size -= 64 << 10 {
		if err := unix.Fallocate(int(f.Fd()), 0, 0, size); err == nil {
			break
		}
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}
