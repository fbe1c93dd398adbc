// Package teams delivers cards to Microsoft Teams as Adaptive Cards 1.5, through the
// webhook of a Workflow ("Post to a channel when a webhook request is received").
//
// A webhook gives no id back, so that nothing can be edited: the turns of an incident
// (opened, more severe, resolved) are cards of their own, and after a crash between
// posting and noting it one twin is possible.
//
// Text from logs is only ever put into TextRuns, in which no markdown is interpreted. A
// card is at most 27,000 bytes, envelope included, for Teams refuses 28 KB: what does
// not fit is left out step by step.
//
// Reference: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
// and https://adaptivecards.io/explorer/
package teams
