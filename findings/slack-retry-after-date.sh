#!/usr/bin/env bash
# slack-go 0.35.0 and @slack/web-api 8.2.0: a 429 whose Retry-After is a date is no rate limit any more.
#
# Expected: RFC 9110, section 10.2.3: Retry-After is a number of seconds or an HTTP date. Slack sends
#   seconds; a proxy or gateway on the way may answer 429 by itself, in the other form. Callers ask
#   for *slack.RateLimitedError, or leave waiting and retrying to the client (OptionRetry, retryConfig).
# Seen: slack-go returns a bare *strconv.NumError (with OptionRetry it waits a minute and returns that
#   in the end); web-api rejects with a bare Error without `code`, after one call whatever retryConfig
#   says, and with rejectRateLimitedCalls without retryAfter.
# For who collects logs: an alerter that retries what is temporary takes this for a fault of its own
#   and drops the card, in the very minute in which many are sent.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/slack-go/slack"
)

func main() {
	for _, after := range []string{time.Now().Add(time.Second).UTC().Format(http.TimeFormat), "1"} {
		calls := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls++
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		api := slack.New("none", slack.OptionAPIURL(s.URL+"/"))
		_, _, err := api.PostMessageContext(context.Background(), "C1", slack.MsgOptionText("t", false))
		fmt.Printf("slack-go %s: %T, rate limited: %v, calls %d\n", map[bool]string{true: "seconds", false: "date"}[after == "1"], err, errors.As(err, new(*slack.RateLimitedError)), calls)
		s.Close()
	}
}
GO
cat >main.cjs <<'JS'
const { WebClient } = require('@slack/web-api'), http = require('http');
let calls = 0, after = new Date(Date.now() + 1000).toUTCString();
const s = http.createServer((_, r) => { calls++; r.writeHead(429, { 'Retry-After': after }); r.end(); }).listen(0, '127.0.0.1', async () => {
  const at = `http://127.0.0.1:${s.address().port}/`, quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {}, getLevel() {} };
  const post = (name, options) => new WebClient('none', { slackApiUrl: at, logger: quiet, ...options }).chat.postMessage({ channel: 'C1', text: 't' })
    .catch((e) => console.log(`web-api ${name}: ${e.name}, code ${e.code}, retryAfter ${e.retryAfter}, calls ${calls}`));
  await post('date', { retryConfig: { retries: 2, minTimeout: 10 } });
  calls = 0;
  await post('date, rejectRateLimitedCalls', { rejectRateLimitedCalls: true });
  calls = 0; after = '1';
  await post('seconds, rejectRateLimitedCalls', { rejectRateLimitedCalls: true });
  process.exit();
});
JS
{ go mod init x && go get github.com/slack-go/slack@v0.35.0 && go mod tidy && go build -o x .; } 2>log || { tail log; exit 2; }
npm install --silent --no-audit --no-fund --ignore-scripts @slack/web-api@8.2.0 >log 2>&1 || { cat log; exit 2; }
go list -m github.com/slack-go/slack
node -p '"@slack/web-api " + require("@slack/web-api/package.json").version'
{ ./x; node main.cjs; } >got
cat >seen <<'END'
slack-go date: *strconv.NumError, rate limited: false, calls 1
slack-go seconds: *slack.RateLimitedError, rate limited: true, calls 1
web-api date: Error, code undefined, retryAfter undefined, calls 1
web-api date, rejectRateLimitedCalls: Error, code undefined, retryAfter undefined, calls 1
web-api seconds, rejectRateLimitedCalls: WebAPIRateLimitedError, code slack_webapi_rate_limited_error, retryAfter 1, calls 1
END
cat got; diff seen got && echo "still so"
