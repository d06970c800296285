// Prints what Go's standard library returns for our own inputs, as the facts that src/gostd is tested against.
//
//	cd tools/buildkit && go run ../gostd-facts/main.go ../../src/gostd/tests/facts
//
// Writes one file for each package, one JSON object on each line. It needs the module only for go-csvvalue, which
// BuildKit reads options with.
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	csvvalue "github.com/tonistiigi/go-csvvalue"
)

// A fact: a function, its arguments, and what it returns. Bytes that may not be UTF-8 are in hexadecimal digits.
type fact struct {
	Func string `json:"func"`
	In   any    `json:"in"`
	Out  any    `json:"out,omitempty"`
	Err  string `json:"err,omitempty"`
}

var facts []fact

func add(function string, in, out any, err error) {
	f := fact{Func: function, In: in}
	if err != nil {
		f.Err = err.Error()
	} else {
		f.Out = out
	}
	facts = append(facts, f)
}

func write(dir, name string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Printed by tools/gostd-facts with %s.\n", runtime.Version())
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, f := range facts {
		if err := enc.Encode(f); err != nil {
			panic(err)
		}
	}
	facts = nil
	if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), b.Bytes(), 0o644); err != nil {
		panic(err)
	}
}

var texts = []string{
	"", "plain", "two words", `say "x"`, `back\slash`, "tab\tnew\nline\rreturn", "\a\b\f\v\x00\x1f\x7f", "'single' `tick`",
	"\u00e9t\u00e9", "\u00a0\u00ad", "\u0301", "e\u0301", "\u2028\u2029", "\ufeff", "\ufffd", "\u4e16\u754c", "\U0001f600",
	"\U000e0001", "\U0010ffff", "<a href=\"x\">&amp;</a>", "/usr/bin:$PATH", "\u200b\u200d", "\u3000", "\u0600",
}

func main() {
	dir := os.Args[1]
	strconvFacts()
	write(dir, "strconv")
	stringsFacts()
	write(dir, "strings")
	pathFacts()
	write(dir, "path")
	timeFacts()
	write(dir, "time")
	urlFacts()
	write(dir, "url")
	csvFacts()
	write(dir, "csv")
	tabwriterFacts()
	write(dir, "tabwriter")
	jsonFacts()
	write(dir, "json")
	unicodeFacts()
	write(dir, "unicode")
}

func strconvFacts() {
	for _, s := range texts {
		add("Quote", s, strconv.Quote(s), nil)
	}
	for _, s := range []string{"", "61", "ff", "61ff62", "e4b8", "e4b896", "c080", "eda080", "f09f9880", "f4908080", "22c35c", "8000"} {
		b, _ := hex.DecodeString(s)
		add("QuoteBytes", s, fmt.Sprintf("%q", b), nil)
	}
	for _, s := range []string{"1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False", "", "yes", "tRUE", " true", "2", "on\n"} {
		v, err := strconv.ParseBool(s)
		add("ParseBool", s, v, err)
	}
	numbers := []string{
		"", "0", "-0", "+0", "7", "+7", "-7", "007", "1_000", "0x10", "1e3", "1.0", " 1", "1 ", "-", "+", "--1", "9223372036854775807",
		"9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
		"99999999999999999999999", "\u0661", "12a", "\"",
	}
	for _, s := range numbers {
		v, err := strconv.ParseInt(s, 10, 64)
		add("ParseInt", s, strconv.FormatInt(v, 10), err)
		u, err := strconv.ParseUint(s, 10, 64)
		add("ParseUint", s, strconv.FormatUint(u, 10), err)
	}
}

func stringsFacts() {
	for _, s := range append(texts, "ABC xyz", "\u00c0\u1e9e\u0130\u03a3", "stra\u00dfe", "\u01c5", "\ufb01", "\u0149", "\u1f88", "K\u212a", "\u0131\u017f", "\u0410\u0431", "\u10a0\u10d0\u1c90", "\ua64a\u1c88") {
		add("ToLower", s, strings.ToLower(s), nil)
		add("ToUpper", s, strings.ToUpper(s), nil)
	}
}

func pathFacts() {
	paths := []string{
		"", ".", "..", "/", "//", "///a", "a", "a/", "/a", "a//b", "a/./b", "a/b/.", "a/b/..", "a/../b", "../a", "../../a", "a/..",
		"a/../..", "a/b/../../../c", "/..", "/../a", "/a/../..", "/a/b/../../c/", "./", "./a", "./../a", ".../a", "a/...", "..a", "a..",
		"\u00e9/\u4e16", "a b/ c", `a\b`, "/./", "/.//../x//", "a/b/c/../../d",
	}
	for _, p := range paths {
		add("Clean", p, path.Clean(p), nil)
		add("Base", p, path.Base(p), nil)
		add("IsAbs", p, path.IsAbs(p), nil)
	}
	for _, list := range [][]string{
		{}, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"}, {"/", "a"}, {"a", "b"}, {"a/", "/b"}, {"a", "../b"}, {"/a", "../../b"},
		{"a", "..", ".."}, {"/", ""}, {"", "/", "x"}, {"linux", "arm64", ""}, {".", "a"}, {"a", ".", "b/./c"},
	} {
		add("Join", list, path.Join(list...), nil)
	}
}

func timeFacts() {
	for _, s := range []string{
		"", "0", "-0", "+0", "00", "1", "1s", "-1s", "+1s", "1.5s", ".5s", "5.s", ".s", "1..5s", "1h30m", "1h 30m", "1h-30m", "30m1h",
		"1ns", "1us", "1\u00b5s", "1\u03bcs", "1ms", "1m", "1h", "1d", "1w", "s", "1S", "1.s1.s", "0.000000001s", "0.0000000001s",
		"9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "-9223372036854775809ns", "2562047h47m16.854775807s",
		"2562047h47m16.854775808s", "2562048h", "0.9223372036854775808h", "3.141592653589793238462643383279h", "1e3s", "\u00e9", "5\u00e9", "5\x00s",
		"\"5\"", "5\\s", "5\x7f", "0.3333333333333333333h", "9007199254.740993ms", "33.33333s", " 1s", "1s ", "1_0s",
	} {
		d, err := time.ParseDuration(s)
		add("ParseDuration", s, strconv.FormatInt(int64(d), 10), err)
	}
	// Read from JSON and written back, as image configs are.
	for _, s := range []string{
		"", "2024-02-29T01:02:03Z", "2023-02-29T01:02:03Z", "2024-02-30T01:02:03Z", "1900-02-29T00:00:00Z", "2000-02-29T00:00:00Z",
		"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "10000-01-01T00:00:00Z", "2024-13-01T00:00:00Z",
		"2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z", "2024-1-01T00:00:00Z", "2024-01-01", "2024-01-01T00:00Z",
		"2024-01-01T24:00:00Z", "2024-01-01T23:60:00Z", "2024-01-01T23:59:60Z", "2024-01-01T1:00:00Z", "2024-01-01T00:00:00,5Z",
		"2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.5", "2024-01-01T00:00:00.100Z", "2024-01-01T00:00:00.1234567899Z", "2024-01-01t00:00:00Z",
		"2024-01-01T00:00:00z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00+05:30", "2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00+0530",
		"2024-01-01T00:00:00+23:59", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+25:00", "2024-01-01T00:00:00+01:60",
		"2024-01-01T00:00:00+01:61", "2024-01-01T00:00:00Zx", "1969-12-31T23:59:59-02:00", "2024-01-01T00:00:00.5+05:30", "\"quoted\"", "\u00e9",
	} {
		var t time.Time
		err := t.UnmarshalJSON([]byte(`"` + s + `"`))
		var out []byte
		if err == nil {
			out, err = t.MarshalJSON()
		}
		add("RFC3339", s, strings.Trim(string(out), `"`), err)
	}
	for _, d := range [][3]int{
		{1970, 1, 1}, {1970, 3, 1}, {1969, 12, 31}, {2000, 2, 29}, {2000, 3, 1}, {1900, 2, 28}, {1900, 3, 1}, {2024, 2, 29}, {2026, 11, 27},
		{9999, 12, 31}, {1, 1, 1}, {0, 1, 1}, {0, 2, 29}, {-1, 12, 31}, {-400, 3, 1}, {2400, 2, 29}, {2100, 2, 28}, {2100, 3, 1},
	} {
		days := time.Date(d[0], time.Month(d[1]), d[2], 0, 0, 0, 0, time.UTC).Unix() / 86400
		add("Days", d, days, nil)
	}
}

func urlFacts() {
	for _, s := range []string{
		"", "*", "/", "a", "a/b:c", "a:b", "a:b/c", ":a", "://h", "1a://h", "a+b-c.d://h", "http://h", "http://h/", "HTTP://H/P", "http://h:80/p",
		"http://h:/p", "http://h:x/", "http://h:8:9/", "ssh://h:a:9/", "http://u@h/", "http://u:@h/", "http://:p@h/", "http://u:p%40@h:8/a%20b/c%2fd?q=1&q=2+3&r#x%23y",
		"http://u:p@q@h/", "http://u^@h/", "http://h/a b", "http://h/\u00e9", "http://h/%zz", "http://h/%z", "http://h/%", "http://h/%41%2f%00", "http://h?",
		"http://h??", "http://h?a=b#", "http://h#f", "http://h/#a b", "http://h/#\u00e9%2", "http:///p", "http:////p", "//h/p", "///p", "////p", "/p//q", "mailto:a@b",
		"mailto:a@b?x=y", "http://[::1]/", "http://[::1]:80/", "http://[::1/", "http://[fe80::1%25en0]:80/", "http://[fe80::1%en0]/", "http://[fe80::1%25]/", "http://[1.2.3.4]/",
		"http://[x]/", "http://a[::1]/", "http://[::1]x/", "http://a b/", "http://a%20b/", "http://a%41b/", "http://a\tb/", "http://h/\x7f", "http://a<b>/", "git://host/r.git#main:dir",
		"ssh://git@github.com/o/r.git", "https://github.com/o/r.git?ref=v1&subdir=d#x", "file:///etc/passwd", "http:p", "http:/p", "http://h;x/", "http://h/;a=b", "http://h/a:b@c&d=e+f$g,h",
		"http://h/!*'()", "http://h/[a]", "http://h/a%5Bb", "http://h/~_-.", "./a:b", "?q", "#f", "http://h/\"", "http://%c3%a9/", "http://\u00e9/",
	} {
		u, err := url.Parse(s)
		var out any
		if err == nil {
			user, password, hasPassword := "", "", false
			if u.User != nil {
				user = u.User.Username()
				password, hasPassword = u.User.Password()
			}
			out = map[string]any{
				"string": u.String(), "scheme": u.Scheme, "opaque": u.Opaque, "host": u.Host, "path": u.Path, "escaped_path": u.EscapedPath(),
				"raw_query": u.RawQuery, "force_query": u.ForceQuery, "fragment": u.Fragment, "has_user": u.User != nil, "user": user, "password": password,
				"has_password": hasPassword,
			}
		}
		add("Parse", s, out, err)
	}
	for _, s := range []string{"", "a", "a%20b", "a+b", "%", "%4", "%zz", "%C3%A9", "%ff", "\u00e9%2F", "10.0.1%2B1", "a%2"} {
		out, err := url.PathUnescape(s)
		add("PathUnescape", s, strings.ToValidUTF8(out, "\ufffd"), err)
	}
	for _, s := range []string{"", "a", "a=b", "a=b&a=c", "&&a", "a=1;b=2", "a=%zz&b=1", "a+b=c+d", "=x", "a=b=c", "%41=%42", "a=%", "\u00e9=\u4e16", "a&b&c=&d", "b=1&a=%&c=;"} {
		values, err := url.ParseQuery(s)
		out := [][]string{}
		for key, list := range values {
			out = append(out, append([]string{key}, list...))
		}
		sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
		facts = append(facts, fact{Func: "ParseQuery", In: s, Out: out, Err: errorText(err)})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func csvFacts() {
	for _, s := range []string{
		"", "\n", "\r\n", "a", "a,b", "a,", ",", ",,", "a b , c", `"a"`, `"a,b",c`, `"a""b"`, `""`, `"",""`, `"""`, `""""`, `a"b`, `a,b"c`, `"a"b`, `"a" ,b`,
		`"a`, `a,"b`, ` "a"`, "a\r", "a\r\n", "a\n", "a=b,c=\"d\"", "\"a=b,c\"\"d\"", "\u00e9,\u4e16", "\u00e9\"", "type=bind,\"source=a,b\",target=/c", "a,\"b\"\"",
	} {
		out, err := csvvalue.Fields(s, nil)
		add("Fields", s, out, err)
	}
}

func tabwriterFacts() {
	tables := [][][]string{
		{}, {{""}}, {{"a"}}, {{"a", "b"}}, {{"a", "b"}, {"ccc", "d"}}, {{"a", "b"}, {"ccc"}, {"dd", "e"}}, {{"TARGET", "DESCRIPTION"}, {"base", ""}, {"(default)", "all"}},
		{{"a", "b", "c"}, {"aa", "bb", "cc"}, {"aaa", "bbb"}, {"aaaa", "bbbb", "cccc", "dddd"}}, {{"", "x"}, {"", ""}}, {{"\u00e9\u00e9", "x"}, {"abc", "y"}}, {{"\u4e16\u754c", "x"}, {"abc", "y"}},
		{{"a", "", "b"}, {"cc", "", "d"}}, {{"x"}, {}, {"a", "b"}}, {{"a", "b", ""}, {"longer", "", "c"}},
		{{"A", "x\ny", "z"}, {"bb", "c", "d"}}, {{"A", "x\ty", "z"}, {"bb", "c", "d"}}, {{"A", "x\vlong", "z"}, {"bb", "c", "d"}}, {{"A", "x\fyy", "z"}, {"bb", "c", "d"}},
		{{"a\n", "b"}, {"\f", "\t"}}, {{"\n\n", "\f\f"}, {"a", "b\f"}, {"cccc", "d"}}, {{"\v\t", "q"}, {"long", "r", "s", "t"}}, {{"A", "x\ryy", "z"}, {"bb", "c", "d"}},
	}
	for _, rows := range tables {
		for _, padding := range []int{1, 3} {
			var b bytes.Buffer
			w := tabwriter.NewWriter(&b, 0, 0, padding, ' ', 0)
			for _, cells := range rows {
				fmt.Fprintln(w, strings.Join(cells, "\t"))
			}
			w.Flush()
			add("Columns", map[string]any{"rows": rows, "padding": padding}, b.String(), nil)
		}
	}
}

func jsonFacts() {
	for _, s := range texts {
		b, err := json.Marshal(s)
		add("MarshalString", s, string(b), err)
	}
	for _, s := range []string{
		"", " ", "{", "}", "[", "]", "{}", "[]", "null", "nul", "nulL", "true", "t", "trux", "false", "falsy", "0", "-0", "-", "+1", "01", "1.", ".5", "1.5", "1e", "1e+", "1e5", "1E-5", "1x",
		"{}x", "[] []", "[1,]", "[,1]", "[1 2]", "[1", "[1,", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":1 2}", "{a:1}", "{1:2}", "{'a':1}",
		"\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u1234\"", "\"\n\"", "\"\t\"", "\"\x00\"", "\"\x7f\"", "'", "<html>", "\u00a0{}", "\ufeff{}", "{\"a\":[1,{\"b\":null}]}",
		"[[[]]]", "[{}", "{\"a\":{}", "\"\u00e9\"", "\u00e9", "[\"a\"\"b\"]", "\u2028", "tRue", "nan", "Infinity", "\r\n\t 1 ", "\v1", "//x", "[1]//x",
	} {
		var v json.RawMessage
		err := json.Unmarshal([]byte(s), &v)
		add("Valid", s, err == nil, err)
		var any any
		err = json.Unmarshal([]byte(s), &any)
		add("DecodesToAny", s, err == nil, nil)
	}
	for _, s := range []string{"1e308", "1e309", "-1e400", "[1e999]", "{\"a\":[1,1e999]}", "\"1e999\"", "{\"1e999\":1}", "1e-999", "123456789012345678901234567890", "0.1e1"} {
		var any any
		add("DecodesToAny", s, json.Unmarshal([]byte(s), &any) == nil, nil)
	}
	for _, s := range []string{
		"2222", "22c3a922", "22ff22", "22e4b822", "22e4b89622", hex.EncodeToString([]byte(`"\ud83d\ude00"`)), hex.EncodeToString([]byte(`"\ud83dx"`)), hex.EncodeToString([]byte(`"\ude00\ud83d"`)),
		hex.EncodeToString([]byte(`"\ud83d\ud83d\ude00"`)), hex.EncodeToString([]byte(`"\ud83d\u0041"`)), hex.EncodeToString([]byte(`"\"\\\/\b\f\n\r\t\u0000"`)), "22eda08022", "22f4908080" + "22",
	} {
		b, _ := hex.DecodeString(s)
		text := ""
		err := json.Unmarshal(b, &text)
		add("UnmarshalString", s, text, err)
	}
}

func unicodeFacts() {
	for _, r := range "aZ09_-\u00aa\u00b2\u00bd\u00e9\u0345\u0660\u0669\u0903\u093e\u0966\u2160\u24b6\u3007\u4e00\u4e16\ua66f\uff11\ufb1e\u16ee\U0001d7d8\U0001d49c\U00010140\U0010ffff\u1c88\u00b5\u02b0\u0e31\u0eb1" {
		add("IsLetter", string(r), unicode.IsLetter(r), nil)
		add("IsDigit", string(r), unicode.IsDigit(r), nil)
	}
	for _, s := range []string{"", "61", "ff", "80", "c3", "c3a9", "c080", "c1bf", "e4b8", "e4b896", "e4b861", "eda080", "f09f9880", "f09f98", "f4908080", "f5", "efbfbd", "61ff"} {
		b, _ := hex.DecodeString(s)
		r, size := utf8.DecodeRune(b)
		add("DecodeRune", s, []any{string(r), size}, nil)
		add("Lossy", s, string([]rune(string(b))), nil)
	}
}
