// Package senders remembers which accounts sent on which days, so that one that has stopped is
// noticed: a row that never came is in no table. Days are of arrival, UTC.
//
//	senders/<yyyy-mm-dd>/<account>    an empty mark, made once
package senders

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Folder is where the marks lie in a lake.
const Folder = "senders"

// An account is silent when it sent on at least Often of the last Days days, and neither today nor
// yesterday. What is older is forgotten: an account that was closed is told of for two weeks at most.
const (
	Days  = 14
	Often = 3
)

// Store is what the marks need of a store; a lake.Store is one.
type Store interface {
	Walk(prefix string, fn func(key string, e fs.DirEntry) error) error
	// Create fails with fs.ErrExist when the key is taken.
	Create(key string, write func(io.Writer) error) error
	Remove(keys ...string) error
}

// Marker makes marks, and asks the store for each only once. It is safe for concurrent use.
type Marker struct {
	mu   sync.Mutex
	made map[string]bool // keys of the newest days
}

// Mark says that these accounts sent on the day of at. What is no account number is left out.
func (m *Marker) Mark(s Store, at time.Time, accounts []string) error {
	for _, account := range accounts {
		if !counts(account) {
			continue
		}
		key := Folder + "/" + at.UTC().Format(time.DateOnly) + "/" + account
		if m.known(key) {
			continue
		}
		if err := s.Create(key, func(io.Writer) error { return nil }); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("remember who sent: %w", err)
		}
		m.remember(key)
	}
	return nil
}

// mostKnown bounds the memory; a mark that was forgotten costs one request more.
const mostKnown = 20_000

func (m *Marker) known(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.made[key]
}

func (m *Marker) remember(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil || len(m.made) >= mostKnown {
		m.made = map[string]bool{}
	}
	m.made[key] = true
}

// counts reports whether a text is the number of an account that can be silent: all zero stand for
// our own canary.
func counts(s string) bool { return seamark.IsAccountID(s) && strings.Trim(s, "0") != "" }

// Silent is an account that has stopped sending.
type Silent struct {
	Account string `json:"account"`
	Last    string `json:"last"` // the day of its last mark, yyyy-mm-dd
	Days    int    `json:"days"` // on how many of the last 14 it sent
}

// Look finds the accounts that are silent at now, by number, and removes marks that are too old to count.
func Look(s Store, now time.Time) ([]Silent, error) {
	today := now.UTC().Format(time.DateOnly)
	yesterday := now.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	first := now.UTC().AddDate(0, 0, -Days).Format(time.DateOnly)
	sent := map[string]*Silent{}
	var old []string
	err := s.Walk(Folder, func(key string, _ fs.DirEntry) error {
		day, account, _ := strings.Cut(strings.TrimPrefix(key, Folder+"/"), "/")
		if _, err := time.Parse(time.DateOnly, day); err != nil || !counts(account) {
			return nil // not ours
		}
		if day < first {
			old = append(old, key)
			return nil
		}
		if day > today { // a clock was ahead: it says nothing of today
			return nil
		}
		a := sent[account]
		if a == nil {
			a = &Silent{Account: account}
			sent[account] = a
		}
		a.Days++
		a.Last = max(a.Last, day)
		return nil
	})
	if err != nil {
		return nil, err
	}
	silent := []Silent{}
	for _, a := range sent {
		if a.Last < yesterday && a.Days >= Often {
			silent = append(silent, *a)
		}
	}
	slices.SortFunc(silent, func(a, b Silent) int { return strings.Compare(a.Account, b.Account) })
	if len(old) == 0 {
		return silent, nil
	}
	return silent, s.Remove(old...)
}
