package sdktest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// patience is how long a binary has for whatever it is told to do.
const patience = 10 * time.Second

// Binary checks a plugin's binary without its source and without its upstream: that it describes itself, that its schema
// is valid and always the same, that bad settings are refused by their names, that it prints nothing but the handshake,
// that it ends when its host is gone, and that it leaves no files behind. How long it takes to start and how much memory
// it then has is logged.
func Binary(t T, path string) {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var said sdk.Description
	run(t, "it describes itself", func(t T) { said = described(t, path) })
	if said.Name == "" {
		return // there is nothing to hold the rest against
	}
	run(t, "started by hand it says what it is", func(t T) { byHand(t, path) })
	run(t, "it starts and answers", func(t T) { started(t, path, said) })
	run(t, "it refuses bad settings by their names", func(t T) { badSettings(t, path, said) })
	run(t, "it prints the handshake and no more, and ends when its host is gone", func(t T) { orphaned(t, path) })
	run(t, "it leaves no files", func(t T) { leftovers(t, path) })
}

// described runs `describe` and checks what it says.
func described(t T, path string) (d sdk.Description) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, "describe")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s describe: %v\n%s", filepath.Base(path), err, firstLines(stderr.Bytes()))
	}
	if err := json.Unmarshal(stdout.Bytes(), &d); err != nil {
		t.Fatalf("describe printed what is no description: %v", err)
	}
	if want := "millrace-plugin-" + d.Name; filepath.Base(path) != want {
		t.Errorf("the file is named %s, want %s", filepath.Base(path), want)
	}
	if d.Protocol != wire.Protocol {
		t.Errorf("it speaks protocol %d, want %d", d.Protocol, wire.Protocol)
	}
	if d.Version == "" {
		t.Errorf("it has no version")
	}
	if !nothing(t, "capabilities", len(d.Capabilities)) {
		for _, c := range d.Capabilities {
			checkSchema(t, c.Schema)
		}
	}
	t.Logf("%s %s, sdk %s: %s", d.Name, d.Version, d.SDK, strings.Join(capabilities(d), ", "))
	return d
}

func capabilities(d sdk.Description) []string {
	var out []string
	for _, c := range d.Capabilities {
		name := c.Capability
		if len(c.Flags) > 0 {
			name += " (" + strings.Join(c.Flags, ", ") + ")"
		}
		out = append(out, name)
	}
	return out
}

// byHand starts it as a curious user would.
func byHand(t T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		t.Errorf("it was still running after %v", patience)
	case err == nil:
		t.Errorf("it ended with status 0, as if it had done something")
	case stdout.Len() > 0:
		t.Errorf("it printed to standard output: %s", firstLines(stdout.Bytes()))
	case stderr.Len() == 0:
		t.Errorf("it said nothing")
	}
}

// started runs it under a host.
func started(t T, path string, said sdk.Description) {
	t.Helper()
	began := time.Now()
	p := Exec(t, path)
	took := time.Since(began)
	if diff := cmp.Diff(inJSON(t, p.Describe()), inJSON(t, said)); diff != "" {
		t.Errorf("it describes itself otherwise under a host (-host +describe):\n%s", diff)
	}
	if err := p.process.Health(t.Context()); err != nil {
		t.Errorf("its health service: %v", err)
	}
	t.Logf("started in %v, with %s of memory", took.Round(time.Millisecond), memory(p.PID()))
}

// inJSON writes a description such that white space in its defaults does not matter.
func inJSON(t T, d sdk.Description) string {
	t.Helper()
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatalf("encode a description: %v", err)
	}
	return string(text)
}

// memory is the proportional set size of a process, for people.
func memory(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return "an unknown amount"
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "Pss:" {
			continue
		}
		if kib, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
			return sdk.Size(kib << 10).String()
		}
	}
	return "an unknown amount"
}

// badSettings asks for every capability what it says of settings that are wrong by its own schema.
func badSettings(t T, path string, said sdk.Description) {
	t.Helper()
	p := Exec(t, path)
	for _, c := range said.Capabilities {
		refusals(t, p, c, sample(c.Schema))
	}
}

// sample fills in what is required.
func sample(s sdk.Schema) map[string]any {
	values := map[sdk.Type]any{
		sdk.TypeString: "http://127.0.0.1:9", sdk.TypeInt: 1, sdk.TypeNumber: 1, sdk.TypeBool: true, sdk.TypeDuration: "1m", sdk.TypeSize: "1MiB",
		sdk.TypeRate: "1MiB/s", sdk.TypeStrings: []string{"a"}, sdk.TypeInts: []int{1}, sdk.TypeMap: map[string]string{"/a": "/b"},
	}
	out := map[string]any{}
	for _, a := range s.Attributes {
		if !a.Required {
			continue
		}
		out[a.Name] = values[a.Type]
		if len(a.Choices) > 0 {
			out[a.Name] = a.Choices[0]
		}
	}
	return out
}

// orphaned starts it as a host does and goes away without a word.
func orphaned(t T, path string) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatalf("make a lifeline: %v", err)
	}
	defer write.Close()
	sockets := t.TempDir()
	cmd := exec.Command(path)
	cmd.Dir = sockets
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + sockets, "TMPDIR=" + sockets, "PLUGIN_UNIX_SOCKET_DIR=" + sockets,
		"PLUGIN_PROTOCOL_VERSIONS=" + strconv.Itoa(wire.Protocol), wire.CookieKey + "=" + wire.CookieValue, wire.LifelineEnv + "=3",
	}
	cmd.ExtraFiles = []*os.File{read}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("%v", err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start it: %v", err)
	}
	read.Close()
	lines := bufio.NewReader(stdout)
	var first string
	if !within(patience, func() { first, err = lines.ReadString('\n') }) || err != nil {
		end(cmd)
		t.Fatalf("it did not shake hands (%v)", err)
	}
	if fields := strings.Split(first, "|"); len(fields) < 5 || fields[1] != strconv.Itoa(wire.Protocol) || strings.TrimSpace(fields[4]) != "grpc" {
		t.Errorf("its first line is no handshake")
	}
	pause(t.Context(), 200*time.Millisecond) // time to print what it should not
	write.Close()
	var rest []byte
	if !within(patience, func() { rest, _ = io.ReadAll(lines) }) { // an error is the pipe's end too
		end(cmd)
		t.Fatalf("it was still running %v after its host had gone", patience)
	}
	if len(rest) > 0 {
		t.Errorf("it printed more than the handshake: %s", firstLines(rest))
	}
	if !within(patience, func() { _ = cmd.Wait() }) { // how it ended is its own business
		end(cmd)
		t.Errorf("it closed its output and did not end")
	}
}

// end kills a process and its group.
func end(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended by itself
	_ = cmd.Wait()                                      // it was killed
}

// leftovers runs it with folders of its own and looks into them when it has ended.
func leftovers(t T, path string) {
	t.Helper()
	home, temp := t.TempDir(), t.TempDir()
	p := execute(t, path, host.Options{Env: []string{"HOME=" + home, "TMPDIR=" + temp}})
	p.Close()
	for _, dir := range []string{home, temp} {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatalf("look for files: %v", err)
		}
		for _, f := range left {
			t.Errorf("it left %s", f.Name())
		}
	}
}

// firstLines are the first few of what a program printed.
func firstLines(text []byte) string {
	lines := strings.SplitAfterN(string(bytes.TrimSpace(text)), "\n", 6)
	return strings.Join(lines[:min(len(lines), 5)], "")
}
