package lambda

import (
	"context"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"

	seamark "github.com/seamark-hq/seamark"
)

// Main is a function from its start to its end: open makes its work of the environment,
// once; then come the events. What keeps it from starting is its log's last line.
func Main(open func(ctx context.Context, log *slog.Logger) (Work, error)) {
	ctx, log := context.Background(), NewLog(os.Stdout)
	limitMemory()
	work, err := open(ctx, log)
	if err != nil {
		Fail(log, err)
	}
	Start(ctx, work, log)
}

// limitMemory has the garbage collector work harder before Lambda ends the process for its
// memory; what is not Go's heap gets a fifth.
func limitMemory() {
	mb, err := strconv.ParseInt(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 10, 64)
	if err == nil && mb > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(mb << 20 / 5 * 4)
	}
}

// Required returns an environment variable, or a fault that names it.
func Required(name, what string) (string, error) {
	if s := os.Getenv(name); s != "" {
		return s, nil
	}
	return "", &seamark.Fault{Class: seamark.Rejected, Where: name, What: "the environment variable is missing", Remedy: "set it to " + what}
}
