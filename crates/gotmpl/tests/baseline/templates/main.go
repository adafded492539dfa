// Runs templates and formats with Go's own text/template and fmt.
//
//	go run main.go record FIXTURES.txt > FIXTURES.json   what the fixtures give
//	go run main.go stream < cases.jsonl                  one answer a line, for generated cases
//
// The data of a case is JSON; a whole number is an int, any other a float64, and an object with one key that begins
// with `$` is a value of another type (see typed).
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"
)

type testCase struct {
	Template  string            `json:"template"`
	Data      json.RawMessage   `json:"data,omitempty"`
	Missing   string            `json:"missing,omitempty"`
	Templates map[string]string `json:"templates,omitempty"`
	Arguments []json.RawMessage `json:"arguments,omitempty"`
	Printf    bool              `json:"printf,omitempty"`
}

type answer struct {
	Template  string `json:"template,omitempty"`
	Output    string `json:"output"`
	OutputHex string `json:"output_hex,omitempty"`
	Error     string `json:"error,omitempty"`
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "record" {
		record(os.Args[2])
		return
	}
	stream()
}

func record(path string) {
	text, err := os.ReadFile(path)
	check(err)
	print(map[string]string{"go": runtime.Version()})
	for _, block := range strings.Split("\n"+string(text), "\n%%")[1:] {
		header, body, _ := strings.Cut(block, "\n")
		c := testCase{Template: strings.TrimSuffix(body, "\n")}
		if strings.HasPrefix(strings.TrimSpace(header), "{") {
			check(json.Unmarshal([]byte(header), &c))
		}
		a := run(c)
		a.Template = c.Template
		print(a)
	}
}

func stream() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var c testCase
		check(json.Unmarshal(in.Bytes(), &c))
		line, err := json.Marshal(run(c))
		check(err)
		out.Write(append(line, '\n'))
	}
	check(in.Err())
}

func print(v any) {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(v))
}

func run(c testCase) (a answer) {
	var out strings.Builder
	if c.Printf {
		arguments := make([]any, len(c.Arguments))
		for i, argument := range c.Arguments {
			arguments[i] = value(argument)
		}
		fmt.Fprintf(&out, c.Template, arguments...)
	} else if err := execute(c, &out); err != nil {
		a.Error = err.Error()
	}
	if utf8.ValidString(out.String()) {
		a.Output = out.String()
	} else {
		a.OutputHex = hex.EncodeToString([]byte(out.String()))
	}
	return a
}

func execute(c testCase, out *strings.Builder) error {
	t := template.New("set")
	if c.Missing != "" {
		t.Option("missingkey=" + c.Missing)
	}
	t.Funcs(functions(t))
	for name, text := range c.Templates {
		if _, err := t.New(name).Parse(text); err != nil {
			return err
		}
	}
	if _, err := t.New("t").Parse(c.Template); err != nil {
		return err
	}
	var data any
	if c.Data != nil {
		data = value(c.Data)
	}
	return t.ExecuteTemplate(out, "t", data)
}

// Person is a struct with methods, used as a pointer.
type Person struct {
	Name  string
	Age   int
	Tags  []string
	Extra any
	Inner *Person
}

func (p *Person) Greet(greeting string) string { return greeting + ", " + p.Name }
func (p *Person) Sum(numbers ...int) int       { return len(p.Name) + len(numbers) }
func (p *Person) Fail() (string, error)        { return "", errors.New("person failed") }
func (p *Person) Any(v any) string             { return fmt.Sprintf("%T", v) }

// Point is a struct without methods.
type Point struct{ X, Y int }

// Values is a defined map type.
type Values map[string]any

func functions(t *template.Template) template.FuncMap {
	return template.FuncMap{
		"add1":  func(n int) int { return n + 1 },
		"upper": strings.ToUpper,
		"join":  func(separator string, parts ...string) string { return strings.Join(parts, separator) },
		"sum": func(numbers ...int) (sum int) {
			for _, n := range numbers {
				sum += n
			}
			return
		},
		"fail":    func(message string) (string, error) { return "", errors.New(message) },
		"typeOf":  func(v any) string { return fmt.Sprintf("%T", v) },
		"list":    func(v ...any) []any { return v },
		"strings": func(v ...string) []string { return v },
		"dict":    dict,
		"set":     func(m map[string]any, key string, v any) map[string]any { m[key] = v; return m },
		"float":   func(f float64) float64 { return f },
		"float32": func(f float32) float32 { return f },
		"uint8":   func(n uint8) uint8 { return n },
		"int8":    func(n int8) int8 { return n },
		"int64":   func(n int64) int64 { return n },
		"bool":    func(b bool) bool { return b },
		"lenOf":   func(v []string) int { return len(v) },
		"size":    func(m map[string]any) int { return len(m) },
		"any":     func(v any) any { return v },
		"bytes":   func(s string) []byte { return []byte(s) },
		"nothing": func() any { return nil },
		"nilList": func() []any { return nil },
		"nilMap":  func() map[string]any { return nil },
		"stringMap": func(v ...string) map[string]string {
			m := map[string]string{}
			for i := 0; i+1 < len(v); i += 2 {
				m[v[i]] = v[i+1]
			}
			return m
		},
		"values":   func(m map[string]any) Values { return m },
		"person":   func() *Person { return &Person{Name: "Ada", Age: 36, Tags: []string{"x", "y"}} },
		"noPerson": func() *Person { return nil },
		"point":    func() Point { return Point{1, 2} },
		"duration": func(n int64) time.Duration { return time.Duration(n) },
		"function": func() any { return func(s string) string { return "<" + s + ">" } },
		"include": func(name string, data any) (string, error) {
			var out strings.Builder
			err := t.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"tpl": tpl(t),
	}
}

func tpl(parent *template.Template) func(string, any) (string, error) {
	return func(text string, data any) (string, error) {
		t, err := parent.Clone()
		if err != nil {
			return "", err
		}
		t.Funcs(functions(t))
		t, err = t.New(parent.Name()).Parse(text)
		if err != nil {
			return "", fmt.Errorf("cannot parse template %q: %w", text, err)
		}
		var out strings.Builder
		if err := t.Execute(&out, data); err != nil {
			return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
		}
		return out.String(), nil
	}
}

func dict(v ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(v); i += 2 {
		m[fmt.Sprint(v[i])] = v[i+1]
	}
	return m
}

func value(raw json.RawMessage) any {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var v any
	check(decoder.Decode(&v))
	return convert(v)
}

func convert(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case []any:
		for i := range v {
			v[i] = convert(v[i])
		}
		return v
	case map[string]any:
		if len(v) == 1 {
			for key, inner := range v {
				if strings.HasPrefix(key, "$") {
					return typed(key[1:], inner)
				}
			}
		}
		for key := range v {
			v[key] = convert(v[key])
		}
		return v
	}
	return v
}

func number(n json.Number) any {
	if strings.ContainsAny(n.String(), ".eE") {
		f, err := n.Float64()
		check(err)
		return f
	}
	i, err := n.Int64()
	check(err)
	return int(i)
}

// typed returns a value that JSON has no form for.
func typed(name string, v any) any {
	text := fmt.Sprint(v)
	var i int64
	var u uint64
	var f float64
	fmt.Sscan(text, &i)
	fmt.Sscan(text, &u)
	fmt.Sscan(text, &f)
	switch name {
	case "int8":
		return int8(i)
	case "int16":
		return int16(i)
	case "int32":
		return int32(i)
	case "int64":
		return i
	case "uint":
		return uint(u)
	case "uint8":
		return uint8(u)
	case "uint16":
		return uint16(u)
	case "uint32":
		return uint32(u)
	case "uint64":
		return u
	case "float":
		return f
	case "float32":
		return float32(f)
	case "complex":
		return complex(f, -f)
	case "raw":
		bytes, err := hex.DecodeString(text)
		check(err)
		return string(bytes)
	case "bytes":
		bytes, err := hex.DecodeString(text)
		check(err)
		return bytes
	case "strings":
		list := []string{}
		for _, s := range v.([]any) {
			list = append(list, s.(string))
		}
		return list
	case "ints":
		list := []int{}
		for _, n := range v.([]any) {
			list = append(list, number(n.(json.Number)).(int))
		}
		return list
	case "values":
		return Values(convert(v).(map[string]any))
	case "stringMap":
		m := map[string]string{}
		for key, s := range v.(map[string]any) {
			m[key] = s.(string)
		}
		return m
	case "duration":
		return time.Duration(i)
	case "person":
		return &Person{Name: text, Age: 36, Tags: []string{"x", "y"}}
	case "point":
		return Point{1, 2}
	}
	panic("no type " + name)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
