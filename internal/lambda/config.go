package lambda

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// The environment of a function. Lambda allows 4 KB for all of it, so that a longer
// configuration goes into the bucket or the bundle.
const (
	configText = "SEAMARK_CONFIG"      // the YAML itself
	configFile = "SEAMARK_CONFIG_FILE" // its path or s3:// URL; without either seamark.yml beside the binary
	configHash = "SEAMARK_CONFIG_HASH" // SHA-256 of the text in hex: a new one makes Lambda start the function anew
)

// Config finds the configuration: its name for people, and its text. fetch reads what
// SEAMARK_CONFIG_FILE names as s3://bucket/key.
func Config(ctx context.Context, fetch func(ctx context.Context, url string) ([]byte, error), log *slog.Logger) (name string, text []byte, err error) {
	if s := os.Getenv(configText); s != "" {
		return configText, []byte(s), nil
	}
	path := os.Getenv(configFile)
	if path == "" {
		path = filepath.Join(os.Getenv("LAMBDA_TASK_ROOT"), "seamark.yml")
	}
	if strings.HasPrefix(path, "s3://") {
		text, err = fetch(ctx, path)
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return path, nil, &seamark.Fault{Class: seamark.Rejected, Where: path, What: "the configuration cannot be read", Err: err,
			Remedy: "set " + configFile + " to the path or s3:// URL of seamark.yml, which the function's role may read, or " + configText + " to its text"}
	}
	sum := sha256.Sum256(text)
	if want := os.Getenv(configHash); want != "" && !strings.EqualFold(want, hex.EncodeToString(sum[:])) {
		log.WarnContext(ctx, "the configuration is not the one that was deployed", "where", path, "sha256", hex.EncodeToString(sum[:]), "expected", want,
			"remedy", "apply terraform, so that "+configHash+" follows the object")
	}
	return path, text, nil
}
