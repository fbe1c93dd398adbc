package config

import (
	"encoding"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	seamark "github.com/seamark-hq/seamark"
)

// position is a place in the file; line 0 is the file as a whole.
type position struct{ line, column int }

func (p position) before(q position) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

// decoder fills structs from YAML nodes by their yaml tags. It remembers where each key
// stands, so that faults found later can be placed too.
type decoder struct {
	name    string
	at      map[string]position
	reading bool            // until validation begins
	unread  map[string]bool // keys found at fault while reading
	faults  []placed
}

type placed struct {
	pos   position
	fault *seamark.Fault
}

func (d *decoder) fault(p position, key, what, remedy string) {
	where := d.name
	if p.line > 0 {
		where += fmt.Sprintf(":%d:%d", p.line, p.column)
	}
	if key != "" {
		where += " " + key
		if d.reading {
			d.unread[key] = true
		}
	}
	d.faults = append(d.faults, placed{p, &seamark.Fault{Class: seamark.Rejected, What: what, Where: where, Remedy: remedy}})
}

// atKey places a fault at its key, or at the nearest key above it that is in the file.
// A key that could not be read, or of which a part could not, is at fault already.
func (d *decoder) atKey(key, what, remedy string) {
	for k := range d.unread {
		if k == key || strings.HasPrefix(k, key+".") || strings.HasPrefix(k, key+"[") {
			return
		}
	}
	for k := key; k != ""; k = parent(k) {
		if p, ok := d.at[k]; ok {
			d.fault(p, key, what, remedy)
			return
		}
	}
	d.fault(position{}, key, what, remedy)
}

func parent(key string) string {
	i := strings.LastIndexAny(key, ".[")
	return key[:max(i, 0)]
}

func pos(n *yaml.Node) position { return position{n.Line, n.Column} }

func (d *decoder) mapping(n *yaml.Node, into any, path string) {
	d.value(n, reflect.ValueOf(into).Elem(), path)
}

// value decodes n into v. A key without a value keeps its default.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.fault(pos(n), path, "anchors and aliases are not supported", "write the value out")
		return
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return
	}
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		d.value(n, fresh.Elem(), path)
		v.Set(fresh)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Map:
		d.dictionary(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string) {
	fields := fieldsOf(v.Type())
	d.pairs(n, path, func(key string, k, value *yaml.Node) {
		here := join(path, key)
		i, ok := fields[key]
		if !ok {
			d.unknown(k, here, key, fields)
			return
		}
		d.at[here] = pos(k)
		d.value(value, v.Field(i), here)
	})
}

func (d *decoder) dictionary(n *yaml.Node, v reflect.Value, path string) {
	m := reflect.MakeMap(v.Type())
	d.pairs(n, path, func(key string, k, value *yaml.Node) {
		here := join(path, key)
		d.at[here] = pos(k)
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(value, e, here)
		m.SetMapIndex(reflect.ValueOf(key), e)
	})
	v.Set(m)
}

// pairs calls each for every key of a mapping, which may occur once.
func (d *decoder) pairs(n *yaml.Node, path string, each func(key string, k, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fault(pos(n), path, kindWord(n)+" where keys are expected", "write keys below it, indented, each with a colon")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" || k.Anchor != "" {
			d.fault(pos(k), path, "a key that is not plain text", "write the key as a word")
			continue
		}
		if seen[k.Value] {
			d.fault(pos(k), join(path, k.Value), "the key occurs twice", "remove one")
			continue
		}
		seen[k.Value] = true
		each(k.Value, k, n.Content[i+1])
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.fault(pos(n), path, kindWord(n)+" where a list is expected", "write [a, b], or a line with - for each")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		here := fmt.Sprintf("%s[%d]", path, i)
		d.at[here] = pos(c)
		d.value(c, list.Index(i), here)
	}
	v.Set(list)
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(pos(n), path, kindWord(n)+" where one value is expected", "write a single value")
		return
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(n.Value)
		if n.Tag != "!!bool" || err != nil {
			d.fault(pos(n), path, show(n.Value)+" is neither true nor false", "write true or false")
			return
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		var i int64
		i, err = strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, v.Type().Bits())
		if err != nil {
			d.fault(pos(n), path, show(n.Value)+" is not a whole number", "write digits only")
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(n.Value, 64)
		if err != nil {
			d.fault(pos(n), path, show(n.Value)+" is not a number", "write a number such as 0.05")
			return
		}
		v.SetFloat(f)
	}
}

func (d *decoder) text(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(pos(n), path, kindWord(n)+" where one value is expected", "write a single value")
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Value)); err != nil {
		what, remedy := show(n.Value)+" cannot be read", ""
		switch v.Interface().(type) {
		case seamark.Duration:
			what, remedy = show(n.Value)+" is not a duration", "write a number with its unit, such as 15s or 1m30s"
		case Bytes:
			what, remedy = show(n.Value)+" is not a size", "write a number with its unit, such as 8MB or 512KiB"
		case Age:
			what, remedy = show(n.Value)+" is not an age", "write a number with its unit, such as 90d, 52w or 36h, or forever"
		}
		d.fault(pos(n), path, what, remedy)
	}
}

// unknown reports a key that is not there. The value may be a secret: it is not repeated.
func (d *decoder) unknown(n *yaml.Node, path, key string, fields map[string]int) {
	for known := range fields {
		if base, ok := strings.CutSuffix(known, "File"); ok && strings.EqualFold(base, strings.ReplaceAll(key, "_", "")) {
			if _, env := fields[base+"Env"]; env || base == "accessKey" {
				d.fault(pos(n), path, "a secret does not belong into the configuration",
					"write it into a file of mode 0600 and name that in "+known+", or export it and name the variable in "+base+"Env")
				if !env {
					d.faults[len(d.faults)-1].fault.Remedy = "write it into a file of mode 0600 and name that in " + known
				}
				return
			}
		}
	}
	remedy := "remove it"
	names := sortedKeys(fields)
	if best := seamark.Nearest(key, names); best != "" {
		remedy = "did you mean " + best + "?"
	} else if len(names) <= 48 {
		remedy = "use " + strings.Join(names, ", ")
	}
	d.fault(pos(n), path, "there is no such key", remedy)
}

func kindWord(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys"
	case yaml.SequenceNode:
		return "a list"
	}
	return "one value"
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// fieldsOf maps the keys of a struct to its fields.
func fieldsOf(t reflect.Type) map[string]int {
	fields := map[string]int{}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" {
			fields[key] = i
		}
	}
	return fields
}

// resolve takes relative paths from the folder of the configuration. URLs stay.
func (c *Config) resolve(folder string) {
	if folder != "." && folder != "" {
		resolvePaths(reflect.ValueOf(c).Elem(), folder)
	}
}

var urlScheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://`)

func resolvePaths(v reflect.Value, folder string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			resolvePaths(v.Elem(), folder)
		}
	case reflect.Slice:
		for i := range v.Len() {
			resolvePaths(v.Index(i), folder)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			if v.Type().Field(i).Tag.Get("path") == "" {
				if f.CanSet() {
					resolvePaths(f, folder)
				}
				continue
			}
			if f.Kind() == reflect.Slice {
				for i := range f.Len() {
					if s := f.Index(i).String(); !filepath.IsAbs(s) {
						f.Index(i).SetString(filepath.Join(folder, s))
					}
				}
				continue
			}
			if s := f.String(); s != "" && !filepath.IsAbs(s) && !urlScheme.MatchString(s) {
				f.SetString(filepath.Join(folder, s))
			}
		}
	}
}
