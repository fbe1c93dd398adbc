package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/outgoing"
)

// Options are what a Receiver is made of: Token and Channel, or Webhook.
type Options struct {
	Name    string
	Token   string // of the bot: "xoxb-…"
	Channel string // its id ("C0123…"); a name ("#ops") posts, but cannot be searched after a crash
	Webhook string // URL of an incoming webhook
	API     string // base URL of the Web API; empty: https://slack.com/api/
	// Interactive makes the buttons by which a person acts work in Slack itself: Interactions are served.
	Interactive bool
	Log         *slog.Logger
}

// Receiver posts to one channel. It is safe for concurrent use.
type Receiver struct {
	opt    Options
	http   *http.Client
	client *api.Client // nil with a webhook
}

// New makes a receiver. It opens no connection.
func New(opt Options) (*Receiver, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	bot := opt.Token != "" && opt.Channel != ""
	if bot == (opt.Webhook != "") {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "neither or both of bot and webhook", Where: "receiver " + opt.Name, Remedy: "give a bot token with a channel, or a webhook"}
	}
	if opt.API == "" {
		opt.API = api.APIURL
	}
	base := opt.API
	if !bot {
		base = opt.Webhook
	}
	client, err := outgoing.Client(base)
	if err != nil {
		return nil, fmt.Errorf("receiver %s: %w", opt.Name, err)
	}
	client.Transport = inSeconds{client.Transport}
	r := &Receiver{opt: opt, http: client}
	if bot {
		r.client = api.New(opt.Token, api.OptionHTTPClient(client), api.OptionAPIURL(strings.TrimRight(opt.API, "/")+"/"))
	}
	return r, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// Deliver posts or edits card. What Slack refuses is tried again smaller.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	var last error
	for _, s := range []shape{full, plain, bare} {
		m := build(c, s, r.opt.Interactive)
		got, err := r.send(ctx, c, m, ref)
		if err == nil || !errors.Is(err, errShape) {
			return got, err
		}
		r.opt.Log.Warn("slack_refused_blocks", "receiver", r.opt.Name, "incident", c.ID, "error", err)
		last = err
	}
	return ref, last
}

func (r *Receiver) send(ctx context.Context, c card.Card, m message, ref card.Ref) (card.Ref, error) {
	if r.client == nil {
		return "", r.postWebhook(ctx, m)
	}
	if ref == card.RefUnknown {
		ref = r.find(ctx, c)
	}
	if p, ok := placeOf(ref); ok {
		_, _, _, err := r.client.UpdateMessageContext(ctx, p.channel, p.ts, options(c, m)...)
		if err == nil {
			err = r.reply(ctx, p, c)
			p.turn = turnOf(c)
			return p.ref(), err
		}
		if !gone(err) {
			return ref, r.fault(err)
		}
		r.opt.Log.Warn("slack_message_gone", "receiver", r.opt.Name, "incident", c.ID, "error", err)
	}
	channel, ts, err := r.client.PostMessageContext(ctx, r.opt.Channel, options(c, m)...)
	if err != nil {
		return "", r.fault(err)
	}
	if channel == "" || ts == "" {
		return "", &seamark.Fault{Class: seamark.Temporary, What: "Slack answered without a message", Where: r.where()}
	}
	return place{channel, ts, turnOf(c)}.ref(), nil
}

// metadataType marks our messages, so that they can be found again.
const metadataType = "seamark_incident"

func options(c card.Card, m message) []api.MsgOption {
	return []api.MsgOption{
		api.MsgOptionText(m.Text, false), // escaped already
		api.MsgOptionBlocks(m.Blocks.BlockSet...),
		api.MsgOptionMetadata(api.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{"incident": c.ID}}),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(),
	}
}

// find looks for the message of an incident that an earlier process may have posted.
// Whatever goes wrong here must not cost the card: then it is posted, perhaps twice.
func (r *Receiver) find(ctx context.Context, c card.Card) card.Ref {
	q := &api.GetConversationHistoryParameters{
		ChannelID: r.opt.Channel, Limit: 200, IncludeAllMetadata: true,
		Oldest: strconv.FormatInt(c.Opened.Add(-time.Hour).Unix(), 10) + ".000000",
	}
	for range 5 {
		page, err := r.client.GetConversationHistoryContext(ctx, q)
		if err != nil {
			r.opt.Log.Warn("slack_history_unreadable", "receiver", r.opt.Name, "incident", c.ID, "error", r.fault(err))
			return ""
		}
		for _, m := range page.Messages {
			if m.Metadata.EventType == metadataType && m.Metadata.EventPayload["incident"] == c.ID && m.Timestamp != "" {
				return card.Ref(r.opt.Channel + ":" + m.Timestamp)
			}
		}
		q.Cursor = page.ResponseMetaData.NextCursor
		if !page.HasMore || q.Cursor == "" {
			break
		}
	}
	return ""
}

func (r *Receiver) postWebhook(ctx context.Context, m message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.opt.Webhook, bytes.NewReader(body))
	if err != nil {
		return &seamark.Fault{Class: seamark.Rejected, What: "the webhook is not a URL", Where: r.where()}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.http.Do(req)
	if err != nil {
		return r.fault(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return r.fault(err)
	}
	return r.webhookFault(resp, strings.TrimSpace(string(answer)))
}
