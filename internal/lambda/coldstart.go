package lambda

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"

	seamark "github.com/seamark-hq/seamark"
)

// The environment of a function. Lambda allows 4 KB for all of it, so that a longer
// configuration goes into the bundle.
const (
	configText = "SEAMARK_CONFIG"      // the YAML itself
	configFile = "SEAMARK_CONFIG_FILE" // its path; without either seamark.yml beside the binary
)

// Config finds the configuration: its name for people, and its text.
func Config() (name string, text []byte, err error) {
	if s := os.Getenv(configText); s != "" {
		return configText, []byte(s), nil
	}
	path := os.Getenv(configFile)
	if path == "" {
		path = filepath.Join(os.Getenv("LAMBDA_TASK_ROOT"), "seamark.yml")
	}
	text, err = os.ReadFile(path)
	if err != nil {
		err = &seamark.Fault{Class: seamark.Rejected, Where: path, What: "the configuration cannot be read", Err: err,
			Remedy: "set " + configText + " to its text, or put seamark.yml into the function's bundle"}
	}
	return path, text, err
}

// NewLog writes JSON lines, at the level that Lambda's logging configuration names
// (AWS_LAMBDA_LOG_LEVEL), or info.
func NewLog(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	switch s := os.Getenv("AWS_LAMBDA_LOG_LEVEL"); s {
	case "TRACE", "DEBUG":
		level = slog.LevelDebug
	case "FATAL":
		level = slog.LevelError
	default:
		if s != "" && level.UnmarshalText([]byte(s)) != nil {
			level = slog.LevelInfo
		}
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// Fail logs why the function cannot start and ends it: each invocation then fails.
func Fail(log *slog.Logger, err error) {
	log.Error("cannot start", "error", err)
	os.Exit(1)
}
