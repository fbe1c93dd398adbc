package slack

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	api "github.com/slack-go/slack"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/outgoing"
	"github.com/seamark-hq/seamark/alerter/words"
)

// errShape marks a refusal that a smaller message may avoid.
var errShape = errors.New("slack refused the shape of the message")

// shapeErrors, temporaryErrors and goneErrors are Slack's own words
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
func shapeErrors() []string {
	return []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_payload",
		"invalid_arguments", "invalid_arg_value", "invalid_attachments", "block_mismatch", "no_text", "metadata_too_large",
		"invalid_metadata_format", "invalid_metadata_schema", "markdown_text_conflict"}
}

func temporaryErrors() []string {
	return []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited",
		"message_limit_exceeded", "team_added_to_org", "external_channel_migrating", "rollup_error", "service_timeout"}
}

// gone reports that the message to edit is no longer there, so that a new one is posted.
func gone(err error) bool {
	refused, ok := errors.AsType[api.SlackErrorResponse](err)
	return ok && slices.Contains([]string{"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive"}, refused.Err)
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name }

// fault classes an error at the edge. No text of it holds the token or the webhook's URL.
func (r *Receiver) fault(err error) error {
	f := &seamark.Fault{Class: seamark.Temporary, Where: r.where()}
	if limited, ok := errors.AsType[*api.RateLimitedError](err); ok {
		f.What, f.Err = "Slack limits the rate", &card.Throttled{After: limited.RetryAfter}
		return f
	}
	if refused, ok := errors.AsType[api.SlackErrorResponse](err); ok {
		return r.refusal(refused.Err, refused.Needed)
	}
	if status, ok := errors.AsType[api.StatusCodeError](err); ok {
		f.What = "Slack answered " + strconv.Itoa(status.Code)
		if status.Code < 500 && status.Code != http.StatusTooManyRequests {
			f.Class, f.Remedy = seamark.Permanent, "check the URL and the token"
		}
		return f
	}
	return outgoing.Fault(err, r.where(), "Slack cannot be reached", "Slack's answer cannot be read")
}

// refusal classes one of Slack's error words.
func (r *Receiver) refusal(word, needed string) error {
	f := &seamark.Fault{Class: seamark.Permanent, What: "Slack refused the card: " + words.Line(word, 100), Where: r.where()}
	switch {
	case slices.Contains(shapeErrors(), word):
		f.Err = errShape
	case slices.Contains(temporaryErrors(), word):
		f.Class = seamark.Temporary
	case slices.Contains([]string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "invalid_token", "no_service"}, word):
		f.Remedy = "put a valid bot token or webhook into its file and restart"
	case word == "channel_not_found" || word == "not_in_channel":
		f.Remedy = "invite the app to the channel, and give the channel by its id"
	case word == "missing_scope":
		f.Remedy = "add the scope " + or(words.Line(needed, 100), "chat:write") + " to the app and install it again"
	case word == "is_archived" || word == "channel_is_archived":
		f.Remedy = "choose a channel that is not archived"
	}
	return f
}

// webhookFault reads the answer of an incoming webhook: 200 "ok", or a status and a word.
func (r *Receiver) webhookFault(resp *http.Response, answer string) error {
	switch {
	case resp.StatusCode == http.StatusOK && answer == "ok":
		return nil
	case resp.StatusCode == http.StatusTooManyRequests:
		return r.fault(&api.RateLimitedError{RetryAfter: outgoing.RetryAfter(resp.Header, time.Second)})
	case resp.StatusCode >= 500:
		return r.fault(api.StatusCodeError{Code: resp.StatusCode})
	case resp.StatusCode == http.StatusOK && !wordLike(answer):
		return &seamark.Fault{Class: seamark.Temporary, What: "the webhook answered something else than ok", Where: r.where()}
	case wordLike(answer):
		return r.refusal(answer, "")
	}
	return r.fault(api.StatusCodeError{Code: resp.StatusCode})
}

func wordLike(s string) bool {
	for _, c := range s {
		if c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != "" && len(s) < 60
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
