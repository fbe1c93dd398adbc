// Package slack delivers cards to Slack as Block Kit messages.
//
// With a bot token (scope chat:write) it posts once with chat.postMessage and then edits
// the same message with chat.update. Each message carries the incident's id as metadata,
// so that after a crash between posting and noting it the message is found again (scope
// channels:history, or groups:history in a private channel, and the channel given by its
// id). With an incoming webhook nothing can be edited: only the turns of an incident are
// posted, and after such a crash one twin is possible.
//
// Text from logs is only ever put into rich_text and plain_text, where Slack interprets
// nothing; in mrkdwn and in the fallback text & < > are escaped. A message that Slack
// refuses is sent again smaller: without chart and container, then as text alone.
//
// Reference: https://docs.slack.dev/reference/block-kit/blocks
package slack
