package slack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// posted is one message of the channel.
type posted struct {
	TS       string
	Text     string
	Blocks   []map[string]any
	Metadata json.RawMessage
	Edits    int
	Thread   string // the message that it answers
}

// workspace is a Slack workspace with one channel: it speaks chat.postMessage,
// chat.update and conversations.history as docs.slack.dev describes them, and refuses
// what Slack refuses. fault answers a call otherwise when it returns true.
type workspace struct {
	t     *testing.T
	fault func(w http.ResponseWriter, r *http.Request, call int) bool
	// refuse names a block type that the workspace does not know yet.
	refuse []string

	mu       sync.Mutex
	calls    []string
	messages []*posted
}

const (
	testToken   = "xoxb-canary-secret"
	testChannel = "C0123456789"
)

func serve(t *testing.T, s *workspace) string {
	s.t = t
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv.URL + "/api/"
}

func (s *workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		s.t.Error(err)
	}
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	s.calls = append(s.calls, method)
	if s.fault != nil && s.fault(w, r, len(s.calls)-1) {
		return
	}
	answer := func(v map[string]any) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		json.NewEncoder(w).Encode(v)
	}
	token := r.Form.Get("token")
	if token == "" {
		token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	switch {
	case token != testToken:
		answer(map[string]any{"ok": false, "error": "invalid_auth"})
	case r.Form.Get("channel") != testChannel:
		answer(map[string]any{"ok": false, "error": "channel_not_found"})
	case method == "chat.postMessage":
		m := &posted{TS: fmt.Sprintf("1795356180.%06d", len(s.messages)), Thread: r.Form.Get("thread_ts")}
		if word := s.take(m, r); word != "" {
			answer(map[string]any{"ok": false, "error": word})
			return
		}
		s.messages = append(s.messages, m)
		answer(map[string]any{"ok": true, "channel": testChannel, "ts": m.TS, "message": map[string]any{"text": m.Text}})
	case method == "chat.update":
		for _, m := range s.messages {
			if m.TS == r.Form.Get("ts") {
				if word := s.take(m, r); word != "" {
					answer(map[string]any{"ok": false, "error": word})
					return
				}
				m.Edits++
				answer(map[string]any{"ok": true, "channel": testChannel, "ts": m.TS, "text": m.Text})
				return
			}
		}
		answer(map[string]any{"ok": false, "error": "message_not_found"})
	case method == "conversations.history":
		s.history(r, answer)
	default:
		answer(map[string]any{"ok": false, "error": "unknown_method"})
	}
}

// take reads a message, and returns Slack's word for what is wrong with it.
func (s *workspace) take(m *posted, r *http.Request) string {
	m.Text, m.Blocks, m.Metadata = r.Form.Get("text"), nil, json.RawMessage(r.Form.Get("metadata"))
	if b := r.Form.Get("blocks"); b != "" {
		if len(b) > 13_200 {
			return "msg_blocks_too_long"
		}
		if json.Unmarshal([]byte(b), &m.Blocks) != nil || len(m.Blocks) > 50 {
			return "invalid_blocks_format"
		}
	}
	for _, refused := range s.refuse {
		if strings.Contains(r.Form.Get("blocks"), `"type":"`+refused+`"`) {
			return "invalid_blocks"
		}
	}
	if m.Text == "" && len(m.Blocks) == 0 {
		return "no_text"
	}
	return ""
}

// history lists the newest first, a page of two at a time.
func (s *workspace) history(r *http.Request, answer func(map[string]any)) {
	from, _ := strconv.Atoi(r.Form.Get("cursor"))
	var page []map[string]any
	i := from
	for ; i < len(s.messages) && len(page) < 2; i++ {
		m := s.messages[len(s.messages)-1-i]
		entry := map[string]any{"type": "message", "ts": m.TS, "text": m.Text}
		if r.Form.Get("include_all_metadata") == "1" && len(m.Metadata) > 0 {
			entry["metadata"] = m.Metadata
		}
		page = append(page, entry)
	}
	next := ""
	if i < len(s.messages) {
		next = strconv.Itoa(i)
	}
	answer(map[string]any{"ok": true, "messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}})
}
