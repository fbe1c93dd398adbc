package coldstart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	seamark "github.com/seamark-hq/seamark"
)

// Secrets puts the values of secrets in the place of the ARNs that environment variables
// hold: of Secrets Manager (a key of a JSON secret may follow, as in ECS:
// arn:…:secret:name:key::) and of SSM's parameter store. Faults name the variable and the
// ARN, never a value.
func Secrets(ctx context.Context) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var faults []error
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		read := readerOf(value)
		if read == nil || strings.HasPrefix(name, "AWS_") {
			continue
		}
		wg.Go(func() {
			secret, err := read(ctx, value)
			if err == nil {
				err = os.Setenv(name, secret)
			}
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				faults = append(faults, &seamark.Fault{Class: seamark.Rejected, Where: name, What: "the secret " + value + " cannot be read", Err: err,
					Remedy: "check that it exists, and that the function's role may read it and use its KMS key"})
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

// readerOf tells what reads the secret at an ARN; nil: it is none.
func readerOf(value string) func(context.Context, string) (string, error) {
	part := strings.SplitN(value, ":", 6)
	switch {
	case len(part) < 6 || part[0] != "arn":
		return nil
	case part[2] == "secretsmanager" && strings.HasPrefix(part[5], "secret:"):
		return readSecret
	case part[2] == "ssm" && strings.HasPrefix(part[5], "parameter/"):
		return readParameter
	}
	return nil
}

// regionOf is the region in an ARN: a secret may lie in another one than the function.
func regionOf(arn string) string { return strings.SplitN(arn, ":", 5)[3] }

func readSecret(ctx context.Context, arn string) (string, error) {
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(regionOf(arn)))
	if err != nil {
		return "", err
	}
	id, key := splitKey(arn)
	out, err := secretsmanager.NewFromConfig(c).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", err
	}
	if out.SecretString == nil {
		return "", errors.New("it holds bytes, not text")
	}
	if key == "" {
		return notEmpty(*out.SecretString)
	}
	var keys map[string]any
	if json.Unmarshal([]byte(*out.SecretString), &keys) != nil {
		return "", errors.New("it is not a JSON object, so that it has no keys")
	}
	if s, ok := keys[key].(string); ok {
		return notEmpty(s)
	}
	return "", fmt.Errorf("it has no text under the key %q", key)
}

// splitKey takes the key of a JSON secret off an ARN.
func splitKey(arn string) (id, key string) {
	part := strings.Split(arn, ":")
	if len(part) <= 7 {
		return arn, ""
	}
	return strings.Join(part[:7], ":"), part[7]
}

func readParameter(ctx context.Context, arn string) (string, error) {
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(regionOf(arn)))
	if err != nil {
		return "", err
	}
	decrypted := true
	out, err := ssm.NewFromConfig(c).GetParameter(ctx, &ssm.GetParameterInput{Name: &arn, WithDecryption: &decrypted})
	if err != nil {
		return "", err
	}
	if out.Parameter == nil || out.Parameter.Value == nil {
		return "", errors.New("it has no value")
	}
	return notEmpty(*out.Parameter.Value)
}

func notEmpty(s string) (string, error) {
	if s == "" {
		return "", errors.New("it is empty")
	}
	return s, nil
}
