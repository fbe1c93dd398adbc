package lines

import (
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// TestDialectsDoNotShadow: a record with just the members that an alternative asks for is
// read by the dialect that has it, not by an earlier one.
func TestDialectsDoNotShadow(t *testing.T) {
	keys := scan.NewKeys()
	d := NewDialects(keys)
	for i := range schemas.Dialects {
		s := &schemas.Dialects[i]
		for _, when := range s.When {
			var fields []scan.Field
			for _, term := range compileTerms(when) {
				if term.not || term.only != nil {
					continue
				}
				value := map[byte]string{'"': `"x"`, '{': `{"a":1}`, '[': `["a"]`, '0': "1"}['"']
				if term.kinds != "" {
					value = map[byte]string{'"': `"x"`, '{': `{"a":1}`, '[': `["a"]`, '0': "1"}[term.kinds[0]]
				}
				fields = append(fields, scan.Field{Key: term.key, Value: []byte(value)})
			}
			classify(fields, keys)
			of := d.plan(fields).choices[0].dialect
			if of == nil || of.name != s.Name {
				t.Errorf("%s, %q: read as %v", s.Name, when, of)
			}
		}
	}
}

// TestDialectPaths: what an entry names is there to be named: each path has a role.
func TestDialectPaths(t *testing.T) {
	for i := range schemas.Dialects {
		s := &schemas.Dialects[i]
		if s.Name == "" || s.From == "" || len(s.When) == 0 {
			t.Errorf("%+v lacks a name, where it is from, or when", s)
		}
		d := compileDialect(s)
		for _, paths := range []string{s.Level, s.Message, s.Error, s.Lift, s.IDs, s.Inner, s.Request, s.Trace, s.Span} {
			for _, p := range strings.Fields(paths) {
				if m := d.at(p); m.role == roleTake && !m.lift && !m.ids {
					t.Errorf("%s: %s is for nothing", s.Name, p)
				}
			}
		}
	}
}

// TestLevelInText: the forms in which programs write a level into a line of text.
func TestLevelInText(t *testing.T) {
	for _, c := range []struct{ level, line string }{
		{"ERROR", "E0502 10:00:01.123456       1 reflector.go:12] boom"},                // klog
		{"ERROR", `10:00AM ERR no tariff error="EOF" id=7`},                             // zerolog
		{"ERROR", "ERRO[0000] no tariff                                     error=EOF"}, // logrus
		{"WARN", "WARN[2026-11-30T10:00:00Z] late"},
		{"ERROR", "EROR[11-30|10:00:00] no tariff                              err=EOF"}, // log15
		{"ERROR", "2026/11/30 10:00:00 ERRO no tariff err=EOF"},                          // charm
		{"ERROR", "2026-11-30T10:00:00.123Z [ERROR] booking: no tariff: error=EOF"},      // hclog
		{"ERROR", "[2026-11-30T10:00:00.123] [ERROR] default - no tariff"},               // log4js
		{"ERROR", "2026-11-30 10:00:00 [error    ] no tariff                 id=7"},      // structlog
		{"ERROR", "2026-11-30 10:00:00.123 | ERROR    | app:f:3 - no tariff"},            // loguru
		{"ERROR", "[10:00:00 ERR] no tariff"},                                            // Serilog
		{"ERROR", "2026-11-30 10:00:00.123 +00:00 [ERR] no tariff"},
		{"ERROR", "fail: Shop.Orders[0]"}, // Microsoft's console
		{"ERROR", "2026-11-30 10:00:00 fail: Shop[0] Order failed"},
		{"ERROR", "10:00:00.123 [error] no tariff"}, // Elixir
		{"ERROR", "10:00:00.123 request_id=r1 [error] no tariff"},
		{"ERROR", "[2026-11-30 10:00:00] production.ERROR: no tariff"},       // Laravel
		{"ERROR", "E, [2026-11-30T10:00:00.123456 #7] ERROR -- : no tariff"}, // Ruby
		{"ERROR", "2026-11-30T10:00:00+0000 error shop : [App] no tariff"},   // swift-log
		{"ERROR", "[2026-11-30T10:00:00Z ERROR shop::api] no tariff"},        // env_logger
		{"ERROR", "Nov 30 10:00:00.123 ERRO no tariff, id: 7"},               // slog-term
		{"ERROR", "2026-11-30T10:00:00.123456Z ERROR shop::api: no tariff error=EOF id=7"},
		{"ERROR", "2026-11-30 10:00:00,123 ERROR [a.b.C] (executor-thread-1) no tariff"}, // Quarkus
		{"ERROR", "10:00:00.123 [main] ERROR a.b.C - no tariff"},                         // logback
		{"ERROR", "[2026-11-30 10:00:00,123: ERROR/MainProcess] Task x raised"},          // Celery
		{"ERROR", "[2026-11-30 10:00:00 +0000] [7] [ERROR] Exception in worker"},         // gunicorn
		{"ERROR", "ERROR:    Exception in ASGI application"},                             // uvicorn
		{"WARN", "WARNING:django.request:Not Found: /x"},                                 // logging.basicConfig
		{"ERROR", `2026-11-30 10:00:00.123 UTC [123] ERROR:  relation "x" does not exist at character 15`},
		{"FATAL", "2026-11-30 10:00:00 UTC:10.0.0.1(1234):user@db:[123]:FATAL:  password authentication failed"},
		{"ERROR", "2026-11-30T10:00:00.123456Z 12 [ERROR] [MY-013183] [InnoDB] Assertion failure"},
		{"WARN", "1:M 30 Nov 2026 10:00:00.123 # Memory overcommit must be enabled"}, // Redis
		{"ERROR", "[Sun Dec 04 04:47:44.123456 2005] [core:error] [pid 7:tid 8] File does not exist"},
		{"FATAL", "2026/11/30 10:00:00 [emerg] 1#1: bind() failed"},                                    // nginx
		{"WARN", "[2026-11-30 10:00:00.123][1][warning][main] [source/server/server.cc:123] no admin"}, // Envoy
		{"ERROR", "2026-11-30T10:00:00.123456Z\terror\tads\tno tariff"},                                // Istio
		{"ERROR", "<3>boom"}, {"ERROR", "<11>Nov 30 10:00:00 host app: boom"}, {"INFO", "<165>1 2026-10-11T22:14:15.003Z host app 1 ID - boom"},
		{"WARN", "[30-Nov-2026 10:00:00] WARNING: [pool www] seems busy"},
		{"FATAL", "[30-Nov-2026 10:00:00 UTC] PHP Fatal error:  Uncaught Exception: x in /a.php:3"},
		{"ERROR", "npm ERR! code ELIFECYCLE"}, {"ERROR", "[Error] - could not connect"}, {"WARN", "[Warning] - slow"},
		{"ERROR", "TypeError: Cannot read properties of undefined (reading 'x')"}, {"ERROR", "Error: connect ECONNREFUSED"},
		{"WARN", "(node:7) [DEP0005] DeprecationWarning: Buffer() is deprecated"}, {"ERROR", "=ERROR REPORT==== 30-Nov-2026::10:00:00 ==="},
		{"ERROR", "error: could not connect"}, {"ERROR", "error - could not compile"}, {"ERROR", "[orders] › ✖  error     no tariff"},
		{"ERROR", `{"level":"error","msg":"cut off`}, {"WARN", "2026-11-30 10:00:00 [main] Main.x()\nWARN: late"},
		{"", "user ERROR logged in"}, {"", "SELECT * FROM log WHERE level = 'ERROR'"}, {"", "Jun 15 04:06:20 combo logrotate: ALERT exited abnormally with [1]"},
		{"", "https://example.com/ERROR: x"}, {"", ""}, {"", "["}, {"", "<"},
	} {
		if got := levelInText(c.line); got != c.level {
			t.Errorf("%q: %q, want %q", c.line, got, c.level)
		}
	}
}

// FuzzLevelInText never panics, and says one of the levels.
func FuzzLevelInText(f *testing.F) {
	for _, s := range []string{"E0502 10:00:01.1 1 x", "<3>", "1:M 02 May 2024 10 #", "[a:error] x", "| ERROR |", "\tERROR\t", "{\"level\" : ", "a = b ERROR", "=ERROR REPORT", "12345678901:", "› ✖  error  x", "[1 /x ERROR]", "[30/Jun/2R2 /\x01GET]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		switch l := levelInText(s); l {
		case "", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL":
		default:
			t.Errorf("%q: %q", s, l)
		}
	})
}
