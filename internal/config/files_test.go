package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/config"
)

// TestEveryFileIsOpened: whichever path a configuration names below a plain file, LoadToRun says
// so at its key. A new key of a path without such a check fails here.
func TestEveryFileIsOpened(t *testing.T) {
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain")
	if err := os.WriteFile(plain, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(plain, "below-a-file")
	var keys []string
	paths(reflect.TypeFor[config.Config](), "", &keys)
	if len(keys) < 12 {
		t.Fatalf("only %d keys of paths: %v", len(keys), keys)
	}
	for _, key := range keys {
		t.Run(key, func(t *testing.T) {
			file := filepath.Join(folder, "seamark.yml")
			text := nest(strings.Split(key, "."), missing)
			switch {
			case strings.Contains(key, "tlsCert"):
				text = "frontDoor: {tlsCert: " + missing + ", tlsKey: " + plain + "}"
			case strings.Contains(key, "tlsKey"):
				text = "frontDoor: {tlsKey: " + missing + ", tlsCert: " + plain + "}"
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := config.LoadToRun(file, config.Running{})
			faults, _ := errors.AsType[config.Faults](err)
			for _, f := range faults {
				if strings.HasPrefix(f.Where, file+":1:") && strings.Contains(f.What, "below-a-file") && f.Remedy != "" {
					return
				}
			}
			t.Errorf("%s:\n%v", text, err)
		})
	}
}

// paths lists the keys of paths, elements of lists as "[]".
func paths(x reflect.Type, prefix string, keys *[]string) {
	if strings.Count(prefix, ".") > 4 {
		return // a route has routes
	}
	switch x.Kind() {
	case reflect.Pointer:
		paths(x.Elem(), prefix, keys)
	case reflect.Slice:
		paths(x.Elem(), prefix+"[]", keys)
	case reflect.Struct:
		for i := range x.NumField() {
			f := x.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			key := strings.TrimPrefix(prefix+"."+name, ".")
			if f.Tag.Get("path") != "" && f.Type.Kind() == reflect.Slice {
				*keys = append(*keys, key+"[]")
			} else if f.Tag.Get("path") != "" {
				*keys = append(*keys, key)
			} else if f.IsExported() && name != "" {
				paths(f.Type, key, keys)
			}
		}
	}
}

// nest writes a value below keys as YAML on one line.
func nest(keys []string, value string) string {
	if len(keys) == 0 {
		return value
	}
	if name, ok := strings.CutSuffix(keys[0], "[]"); ok && len(keys) == 1 {
		return name + ": [" + value + "]"
	} else if ok {
		extra := ""
		if name == "receivers" {
			extra = "name: x, "
		}
		return strings.TrimSuffix(name+": [{"+extra+nest(keys[1:], value), "") + "}]"
	}
	if len(keys) == 1 {
		return keys[0] + ": " + value
	}
	return keys[0] + ": {" + nest(keys[1:], value) + "}"
}
