// Package search makes the indexer and its OpenSearch of the configuration.
package search

import (
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// Open makes an indexer of l for the configured cluster and fields.
func Open(c *config.Config, l *lake.Lake, o indexer.Options) (*opensearch.Client, *indexer.Indexer, error) {
	client, err := Client(c)
	if err != nil {
		return nil, nil, err
	}
	ix, err := New(c, client, l, o)
	return client, ix, err
}

// Client makes ready for the configured cluster; nothing is sent yet.
func Client(c *config.Config) (*opensearch.Client, error) {
	user, err := config.ReadSecret(c.OpenSearch.UsernameFile, c.OpenSearch.UsernameEnv)
	if err != nil {
		return nil, err
	}
	password, err := config.ReadSecret(c.OpenSearch.PasswordFile, c.OpenSearch.PasswordEnv)
	if err != nil {
		return nil, err
	}
	return opensearch.New(opensearch.Options{URL: c.OpenSearch.URL, Username: user, Password: password, CAFile: c.OpenSearch.CAFile})
}

// New makes an indexer of l with the configured fields.
func New(c *config.Config, client indexer.Bulk, l *lake.Lake, o indexer.Options) (*indexer.Indexer, error) {
	o.Fields = map[string]indexer.Promoted{}
	for product, f := range c.Fields {
		o.Fields[product] = indexer.Promoted{Num: f.Num, Kw: f.Kw}
	}
	return indexer.New(l, client, o)
}
