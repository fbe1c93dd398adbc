package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	seamark "github.com/seamark-hq/seamark"
)

// maxFile bounds a configuration, in bytes.
const maxFile = 1 << 20

// Faults are all that is wrong with a configuration, in the order of its lines.
type Faults []*seamark.Fault

// Error has a line per fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the faults, so that errors.As and seamark.ClassOf work.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, one := range f {
		errs[i] = one
	}
	return errs
}

// Check finds faults that this package cannot know of, because it would have to link what
// does: the alerter's routes, for programs that route alarms. It calls fault for each.
type Check func(c *Config, fault func(key, what, remedy string))

// Load reads and checks the file at path. A wrong one gives Faults, all at once. What it names,
// files and folders, is not looked at.
func Load(path string, checks ...Check) (*Config, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	c, d, err := parse(path, b, checks)
	if err != nil {
		return nil, err
	}
	c.settle(path, d)
	return c, nil
}

// Running is what is put over a configuration before an appliance runs by it.
type Running struct {
	Change func(*Config)     // what flags say; may be nil
	Flags  map[string]string // the keys that they say it of, and their names: "listen": "--listen"
	Checks []Check
}

// LoadToRun is Load, or the defaults where path is "", with what flags say instead; and it opens
// each file and looks at each folder that is named, so that nothing of it is found amiss later.
// A fault is placed at its flag, or at file, line and key.
func LoadToRun(path string, r Running) (*Config, error) {
	c, d := Default(), &decoder{name: path, at: map[string]position{}, unread: map[string]bool{}}
	if path != "" {
		b, err := readFile(path)
		if err != nil {
			return nil, err
		}
		if c, d, err = read(path, b); err != nil {
			return nil, err
		}
		c.settle(path, d)
	}
	if r.Change != nil {
		r.Change(c)
	}
	at := func(key, what, remedy string) {
		if flag := r.Flags[key]; flag != "" {
			d.faults = append(d.faults, placed{position{}, &seamark.Fault{Class: seamark.Rejected, What: what, Where: flag, Remedy: remedy}})
			return
		}
		d.atKey(key, what, remedy)
	}
	c.validate(at)
	for _, check := range append(r.Checks, checkFiles) {
		check(c, at)
	}
	if err := d.report(); err != nil {
		return nil, err
	}
	return c, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		remedy := "check the path and its permissions"
		if errors.Is(err, os.ErrNotExist) {
			remedy = "check the path; seamark needs no configuration file to run"
		}
		return nil, Faults{{Class: seamark.Rejected, What: "the configuration cannot be read", Where: path, Remedy: remedy, Err: unpath(err)}}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, Faults{{Class: seamark.Rejected, What: "the configuration cannot be read", Where: path, Remedy: "name a file", Err: unpath(err)}}
	}
	return b, nil
}

// settle makes the file's paths those of its folder.
func (c *Config) settle(path string, d *decoder) {
	c.resolve(filepath.Dir(path))
	if _, set := d.at["data"]; !set { // the default is not a path of the file's
		c.Data = Default().Data
	}
}

// unpath is err without the path, which the fault names already.
func unpath(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}

// Parse checks the text of a configuration; name stands for it in messages. Paths stay as they are.
func Parse(name string, b []byte, checks ...Check) (*Config, error) {
	c, _, err := parse(name, b, checks)
	return c, err
}

// parse also returns what knows which keys are in the file, and where.
func parse(name string, b []byte, checks []Check) (*Config, *decoder, error) {
	c, d, err := read(name, b)
	if err != nil {
		return nil, nil, err
	}
	c.validate(d.atKey)
	for _, check := range checks {
		check(c, d.atKey)
	}
	if err := d.report(); err != nil {
		return nil, nil, err
	}
	return c, d, nil
}

// read reads the keys; what is wrong with some the decoder keeps.
func read(name string, b []byte) (*Config, *decoder, error) {
	if len(b) > maxFile {
		return nil, nil, Faults{{Class: seamark.Rejected, What: "the configuration is longer than 1 MiB", Where: name, Remedy: "shorten it"}}
	}
	c := Default()
	d := &decoder{name: name, at: map[string]position{}, reading: true, unread: map[string]bool{}}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF): // nothing but comments
	case err != nil:
		return nil, nil, Faults{syntax(name, err)}
	default:
		if len(doc.Content) == 1 {
			liftLake(doc.Content[0])
			d.mapping(doc.Content[0], c, "")
		}
		if dec.Decode(new(yaml.Node)) != io.EOF {
			d.fault(position{}, "", "there is more than one YAML document", "remove everything from the second --- on")
		}
	}
	d.reading = false
	return c, d, nil
}

// report is the faults in the order of their lines, or nil.
func (d *decoder) report() error {
	if len(d.faults) == 0 {
		return nil
	}
	sort.SliceStable(d.faults, func(i, j int) bool { return d.faults[i].pos.before(d.faults[j].pos) })
	faults := make(Faults, len(d.faults))
	for i, f := range d.faults {
		faults[i] = f.fault
	}
	return faults
}

// syntax is a fault of YAML itself: "yaml: line 3: did not find expected key".
func syntax(name string, err error) *seamark.Fault {
	what := strings.TrimPrefix(err.Error(), "yaml: ")
	where := name
	var line int
	if n, _ := fmt.Sscanf(what, "line %d:", &line); n == 1 {
		where = fmt.Sprintf("%s:%d", name, line)
		_, what, _ = strings.Cut(what, ": ")
	}
	return &seamark.Fault{Class: seamark.Rejected, What: "not YAML: " + what, Where: where, Remedy: "check indentation, colons and quotes"}
}

// Validate checks a configuration that was changed after loading, by flags for example.
func (c *Config) Validate(checks ...Check) error {
	var faults Faults
	fault := func(key, what, remedy string) {
		faults = append(faults, &seamark.Fault{Class: seamark.Rejected, What: what, Where: key, Remedy: remedy})
	}
	c.validate(fault)
	for _, check := range checks {
		check(c, fault)
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// ReadSecret returns the secret in file, or in the environment variable env; "" when
// neither is named. One trailing line end is not part of it. Errors never hold the secret.
func ReadSecret(file, env string) (string, error) {
	switch {
	case file != "":
		b, err := os.ReadFile(file)
		if err != nil {
			return "", &seamark.Fault{Class: seamark.Rejected, What: "the secret's file cannot be read", Where: file, Err: unpath(err), Remedy: "create it with mode 0600"}
		}
		s := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
		if s == "" || len(s) > 64<<10 || strings.ContainsAny(s, "\r\n\x00") {
			return "", &seamark.Fault{Class: seamark.Rejected, What: "the secret's file does not hold one line", Where: file, Remedy: "write the secret alone into it"}
		}
		return s, nil
	case env != "":
		s := os.Getenv(env)
		if s == "" {
			return "", &seamark.Fault{Class: seamark.Rejected, What: "the secret's environment variable is empty", Where: env, Remedy: "export it"}
		}
		return s, nil
	}
	return "", nil
}
