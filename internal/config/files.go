package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"

	seamark "github.com/seamark-hq/seamark"
)

// leastToken is how short the token may be with which people log in, and leastRedactKey the key of
// hashes, in bytes.
const (
	leastToken     = 16
	leastRedactKey = 16
)

// checkFiles opens every file that a configuration names, and looks whether every folder can be
// written to, so that all that is amiss is said at once, at its line.
func checkFiles(c *Config, fault func(key, what, remedy string)) {
	f := fileCheck{fault}
	f.certificate(c.FrontDoor.TLSCert, c.FrontDoor.TLSKey)
	f.all(reflect.ValueOf(c).Elem(), "")
}

// least is how short some secrets may be, in bytes.
var least = map[string]int{"loginToken": leastToken, "redact.key": leastRedactKey}

// all looks at every path below v: a secret where there may be a variable instead, else as its
// key says.
func (f fileCheck) all(v reflect.Value, key string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			f.all(v.Elem(), key)
		}
	case reflect.Slice:
		for i := range v.Len() {
			f.all(v.Index(i), fmt.Sprintf("%s[%d]", key, i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			switch below := strings.TrimPrefix(key+"."+name, "."); {
			case !field.IsExported():
			case v.Field(i).Kind() == reflect.Slice && field.Tag.Get("path") != "":
				f.patterns(below, v.Field(i))
			case field.Tag.Get("path") == "":
				f.all(v.Field(i), below)
			default:
				f.path(v, below, v.Field(i).String())
			}
		}
	}
}

// path looks at one path of the struct in.
func (f fileCheck) path(in reflect.Value, key, path string) {
	stem, isFile := strings.CutSuffix(key, "File")
	env := reflect.Value{}
	for i := range in.NumField() {
		if name, _, _ := strings.Cut(in.Type().Field(i).Tag.Get("yaml"), ","); isFile && name == last(stem)+"Env" {
			env = in.Field(i)
		}
	}
	switch {
	case env.IsValid():
		f.secret(stem, path, env.String(), max(1, least[stem]))
	case path == "" || urlScheme.MatchString(path) || strings.HasPrefix(key, "frontDoor.tls"): // both or neither of a certificate
	case isFile && last(key) == "accessKeyFile":
		f.made(key, path)
	case isFile && last(key) == "caFile":
		f.authority(key, path)
	case isFile:
		f.opened(key, path)
	default:
		f.folder(key, path)
	}
}

// opened reads a file of which nothing more is known.
func (f fileCheck) opened(key, file string) {
	if _, err := os.ReadFile(file); err != nil {
		f.fault(key, file+": cannot be read: "+unpath(err).Error(), "name a file that this user can read")
	}
}

// patterns looks whether each pattern names a file.
func (f fileCheck) patterns(key string, list reflect.Value) {
	for i := range list.Len() {
		pattern := list.Index(i).String()
		if files, err := filepath.Glob(pattern); err != nil || len(files) == 0 {
			f.fault(fmt.Sprintf("%s[%d]", key, i), pattern+": there is no such file", "name one that there is, such as rules/*.yml")
		}
	}
}

type fileCheck struct {
	fault func(key, what, remedy string)
}

// secret reads one, and demands so many bytes of it.
func (f fileCheck) secret(key, file, env string, least int) {
	s, err := ReadSecret(file, env)
	if file != "" {
		key += "File"
	} else {
		key += "Env"
	}
	switch {
	case err != nil:
		f.err(key, err)
	case file+env != "" && len(s) < least:
		f.fault(key, fmt.Sprintf("the secret has %d bytes", len(s)), fmt.Sprintf("use %d or more: openssl rand -hex 24", least))
	}
}

// err is a fault of a file, its name in what it says.
func (f fileCheck) err(key string, err error) {
	fault, ok := errors.AsType[*seamark.Fault](err)
	if !ok {
		f.fault(key, err.Error(), "check the file")
		return
	}
	what := fault.Where + ": " + fault.What
	if fault.Err != nil {
		what += ": " + fault.Err.Error()
	}
	f.fault(key, what, fault.Remedy)
}

// certificate loads a certificate with its key.
func (f fileCheck) certificate(cert, key string) {
	if cert == "" || key == "" {
		return // both or neither: said elsewhere
	}
	bad := false
	for _, x := range []struct{ key, file string }{{"frontDoor.tlsCert", cert}, {"frontDoor.tlsKey", key}} {
		if _, err := os.ReadFile(x.file); err != nil {
			f.fault(x.key, x.file+": cannot be read: "+unpath(err).Error(), "name a PEM file that this user can read")
			bad = true
		}
	}
	if bad {
		return
	}
	if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
		f.fault("frontDoor.tlsCert", fmt.Sprintf("%s and %s: %v", cert, key, err), "name a certificate and the key that belongs to it, both PEM")
	}
}

func (f fileCheck) authority(key, file string) {
	if file == "" {
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		f.fault(key, file+": cannot be read: "+unpath(err).Error(), "name a PEM file that this user can read")
	} else if !x509.NewCertPool().AppendCertsFromPEM(b) {
		f.fault(key, file+": holds no certificate", "name a PEM file")
	}
}

// made looks whether a file can be read, or made where it is missing.
func (f fileCheck) made(key, file string) {
	h, err := os.Open(file)
	if err == nil {
		h.Close()
		return
	}
	if !errors.Is(err, fs.ErrNotExist) {
		f.fault(key, file+": cannot be read: "+unpath(err).Error(), "give this user the right to read it")
		return
	}
	f.folder(key, filepath.Dir(file))
}

// folder looks whether a folder can be written to, or made.
func (f fileCheck) folder(key, folder string) {
	for at := folder; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case err == nil && !info.IsDir():
			f.fault(key, at+": is not a folder", "name a folder, or move the file away")
			return
		case err == nil:
			if syscall.Access(at, 2|1) != nil { // W_OK, X_OK
				f.fault(key, at+": cannot be written to", "give this user the right to write there")
			}
			return
		case !errors.Is(err, fs.ErrNotExist):
			f.fault(key, at+": "+unpath(err).Error(), "name a folder that this user can write to")
			return
		case at == filepath.Dir(at):
			return // not even the root: an unusual system
		}
	}
}
