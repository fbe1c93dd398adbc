package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	api "github.com/slack-go/slack"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// InteractionsPath is where Interactions must be served: the app's Request URL.
const InteractionsPath = "/ingest/slack"

const (
	// maxInteraction bounds the body of a request: it holds the message that was clicked.
	maxInteraction = 1 << 20
	// actionPrefix marks the buttons by which a person acts.
	actionPrefix = "seamark-act-"
)

// InteractionsOptions are what Interactions are made of.
type InteractionsOptions struct {
	Secrets []string // signing secrets of the apps that may call
	// Press does what a button stands for; who is the person's name in Slack. A Rejected
	// fault is shown to that person.
	Press func(ctx context.Context, button url.Values, who string) error
	// Answer posts to the address at which Slack takes an answer for that person alone; nil: http.DefaultClient.
	Answer *http.Client
	Log    *slog.Logger
}

// Interactions is the endpoint at which Slack tells that a button of a card was clicked.
// Each request is signed by Slack, and no older than five minutes
// (https://docs.slack.dev/authentication/verifying-requests-from-slack). It answers
//
//	200  done, or the person was told why not
//	401  not signed by an app of ours
//	400  no interaction
//	503  it could not be stored; the person is told to try again
type Interactions struct{ opt InteractionsOptions }

// NewInteractions makes the handler.
func NewInteractions(opt InteractionsOptions) *Interactions {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Answer == nil {
		opt.Answer = http.DefaultClient
	}
	return &Interactions{opt}
}

// ServeHTTP implements http.Handler.
func (i *Interactions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInteraction))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if !i.signed(r.Header, body) {
		i.opt.Log.Warn("slack_interaction_refused", "remote", r.RemoteAddr, "reason", "not signed by an app of ours, or too old")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	form, err := url.ParseQuery(string(body))
	var click api.InteractionCallback
	if err != nil || json.Unmarshal([]byte(form.Get("payload")), &click) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(i.clicked(r.Context(), click))
}

// signed reports whether one of the apps signed the request.
func (i *Interactions) signed(h http.Header, body []byte) bool {
	for _, secret := range i.opt.Secrets {
		v, err := api.NewSecretsVerifier(h, secret)
		if err != nil {
			return false // no signature, or an old one
		}
		if _, err := v.Write(body); err == nil && v.Ensure() == nil {
			return true
		}
	}
	return false
}

// clicked does what was clicked. Other buttons, such as links, of which Slack tells too, do nothing.
func (i *Interactions) clicked(ctx context.Context, click api.InteractionCallback) int {
	if click.Type != api.InteractionTypeBlockActions {
		return http.StatusOK
	}
	for _, a := range click.ActionCallback.BlockActions {
		if !strings.HasPrefix(a.ActionID, actionPrefix) {
			continue
		}
		button, err := url.ParseQuery(a.Value)
		if err != nil {
			return http.StatusBadRequest
		}
		who := "@" + words.Line(click.User.Name, 90)
		if click.User.Name == "" {
			who = "Slack user " + words.Line(click.User.ID, 90)
		}
		err = i.opt.Press(ctx, button, who)
		switch {
		case err == nil:
		case seamark.ClassOf(err) == seamark.Rejected:
			i.tell(ctx, click.ResponseURL, refusal(err))
		default:
			i.opt.Log.Error("slack_interaction_failed", "error", err)
			i.tell(ctx, click.ResponseURL, "That could not be stored. Try again in a minute.")
			return http.StatusServiceUnavailable
		}
	}
	return http.StatusOK
}

func refusal(err error) string {
	if f, ok := errors.AsType[*seamark.Fault](err); ok {
		return "Nothing was done: " + f.What + ". " + f.Remedy
	}
	return "Nothing was done."
}

// tell shows a person, and nobody else, why nothing came of a click.
func (i *Interactions) tell(ctx context.Context, to, text string) {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" || u.Host != "hooks.slack.com" {
		return
	}
	b, _ := json.Marshal(map[string]any{"response_type": "ephemeral", "replace_original": false, "text": escape(words.Line(text, 500))}) // plain texts: cannot fail
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(b))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := i.opt.Answer.Do(req)
	if err != nil {
		i.opt.Log.Warn("slack_answer_not_sent", "error", seamark.RootCause(err))
		return
	}
	resp.Body.Close()
}
