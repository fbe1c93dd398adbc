package state

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/lake"
)

// rulesName is the object beside the states of a place that says which rules its tags ask for.
const rulesName = "rules.json"

// rulesFile is what it holds.
type rulesFile struct {
	Format int                 `json:"format"` // 1
	Rules  []seamark.AskedRule `json:"rules"`
}

// PutRules replaces the rules that the tags of a place ask for, in any order. Nothing is written
// where they are what they were.
func (l LakeStore) PutRules(_ context.Context, p inventory.Place, rules []seamark.AskedRule) error {
	key := l.document(p).Folder + "/" + rulesName
	b, err := json.Marshal(rulesFile{1, append([]seamark.AskedRule{}, rules...)})
	if err != nil {
		return err
	}
	was, err := l.Store.ReadFile(key)
	if errors.Is(err, fs.ErrNotExist) && len(rules) == 0 || err == nil && slices.Equal(was, b) {
		return nil
	}
	return l.Store.PutBytes(key, b)
}

// Rules are the rules that the tags of all places of a deployment ask for. What cannot be read is
// told of in the error.
func Rules(ctx context.Context, store lake.Store, deployment string) (rules []seamark.AskedRule, err error) {
	var keys []string
	err = store.Walk("collector/"+deployment, func(key string, _ fs.DirEntry) error {
		if path.Base(key) == rulesName {
			keys = append(keys, key)
		}
		return ctx.Err()
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	faults := []error{err}
	for _, key := range keys {
		var f rulesFile
		b, err := store.ReadFile(key)
		if err == nil {
			err = json.Unmarshal(b, &f)
		}
		if err != nil || f.Format > 1 {
			faults = append(faults, &seamark.Fault{Class: seamark.Temporary, Where: key, What: "the rules that tags ask for cannot be read", Err: err, Remedy: "delete the object; the next whole sweep writes it anew"})
			continue
		}
		rules = append(rules, f.Rules...)
	}
	return rules, errors.Join(faults...)
}
