package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Reference is the documentation of every key as Markdown, made from the structs.
func Reference() string {
	var b strings.Builder
	b.WriteString("# seamark.yml\n\n<!-- Generated from internal/config: go test ./internal/config -run Reference -update -->\n\n" +
		"One YAML file; every key has a default, and no key is needed. `seamark config check [FILE]` names file, line and key of\n" +
		"every fault. Relative paths are taken from the folder in which the file lies. Durations are written `15s` or `1m30s`,\n" +
		"sizes `8MB` or `512KiB`. Secrets are never in the file: keys ending in `File` or `Env` say where one is.\n\n" +
		"```yaml\nreceivers:\n  - name: web\n    slack: {channel: C0123456789, tokenFile: slack-token}\n  - name: all\n    folder: {path: cards}\n" +
		"route:\n  receiver: all\n  routes:\n    - matchers: ['team=\"web-mobile\"', 'severity=~\"critical|warning\"']\n      receiver: web\n      continue: true\n" +
		"    - receiver: all\n```\n")
	d := Default()
	section(&b, "", reflect.ValueOf(*d))
	return b.String()
}

// section writes the table of one struct, then those of the structs in it.
func section(b *strings.Builder, path string, v reflect.Value) {
	t := v.Type()
	title := "Top level"
	if path != "" {
		title = "`" + path + "`"
	}
	fmt.Fprintf(b, "\n## %s\n\n| key | default | meaning |\n|---|---|---|\n", title)
	type nested struct {
		path string
		v    reflect.Value
	}
	var below []nested
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if key == "" {
			continue
		}
		inner, suffix := element(f.Type, v.Field(i))
		sub := inner.IsValid() && inner.Type() != t
		def := ""
		if !inner.IsValid() {
			def = defaultOf(v.Field(i))
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", key, def, strings.ReplaceAll(f.Tag.Get("doc"), "|", `\|`))
		if sub {
			below = append(below, nested{join(path, key) + suffix, inner})
		}
	}
	for _, n := range below {
		section(b, n.path, n.v)
	}
}

// element is the struct that a field holds, with what its keys are written below; an
// invalid value when it holds none.
func element(t reflect.Type, v reflect.Value) (reflect.Value, string) {
	switch t.Kind() {
	case reflect.Struct:
		return v, ""
	case reflect.Pointer:
		return reflect.New(t.Elem()).Elem(), ""
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return reflect.New(t.Elem()).Elem(), "[]"
		}
	case reflect.Map:
		if t.Elem().Kind() != reflect.Struct {
			break
		}
		return reflect.New(t.Elem()).Elem(), ".<product>"
	}
	return reflect.Value{}, ""
}

func defaultOf(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		if err == nil && v.Interface() != seamark.Duration(0) {
			return "`" + string(b) + "`"
		}
		return "`0s`"
	}
	switch v.Kind() {
	case reflect.String:
		if v.String() == "" {
			return ""
		}
		return "`" + v.String() + "`"
	case reflect.Slice:
		return ""
	}
	return fmt.Sprintf("`%v`", v.Interface())
}
