package slack

import (
	"encoding/json"
	"fmt"
	"unicode/utf16"

	api "github.com/slack-go/slack"
)

// Slack's limits, in characters unless said otherwise
// (https://docs.slack.dev/reference/block-kit/blocks and the pages of each block).
const (
	maxBlocks   = 50
	maxHeader   = 150
	maxText     = 3000 // one text object
	maxButton   = 75
	maxActions  = 25 // buttons
	maxURL      = 3000
	maxValue    = 2000  // of a button
	maxContext  = 10    // elements
	maxChildren = 10    // blocks in a container
	maxFallback = 4000  // Slack truncates longer text at 40,000 and advises 4,000
	maxMessage  = 12000 // all blocks as JSON; about 13,200 were seen to give msg_blocks_too_long
)

// check reports the first limit of Slack that m breaks.
func check(m message) error {
	if n := length(m.Text); n == 0 || n > maxFallback {
		return fmt.Errorf("text has %d characters", n)
	}
	if n := len(m.Blocks.BlockSet); n > maxBlocks {
		return fmt.Errorf("%d blocks", n)
	}
	for i, b := range m.Blocks.BlockSet {
		if err := checkBlock(b); err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
	}
	all, err := json.Marshal(m.Blocks.BlockSet)
	if err != nil {
		return err
	}
	if n := length(string(all)); n > maxMessage {
		return fmt.Errorf("blocks have %d characters", n)
	}
	return nil
}

func checkBlock(b api.Block) error {
	switch b := b.(type) {
	case *api.HeaderBlock:
		return checkText(b.Text, maxHeader)
	case *api.ContextBlock:
		return checkContext(b)
	case *api.DataVisualizationBlock:
		return b.Validate()
	case *api.ContainerBlock:
		if n := len(b.ChildBlocks.BlockSet); n > maxChildren {
			return fmt.Errorf("%d blocks in a container", n)
		}
		for _, child := range b.ChildBlocks.BlockSet {
			if err := checkBlock(child); err != nil {
				return err
			}
		}
		return b.Validate()
	case *api.ActionBlock:
		return checkActions(b)
	case *api.RichTextBlock:
		if len(b.Elements) == 0 {
			return fmt.Errorf("empty rich_text")
		}
		return nil
	}
	return fmt.Errorf("a block of type %s is not used here", b.BlockType())
}

func checkContext(b *api.ContextBlock) error {
	if n := len(b.ContextElements.Elements); n == 0 || n > maxContext {
		return fmt.Errorf("%d context elements", n)
	}
	for _, e := range b.ContextElements.Elements {
		if t, ok := e.(*api.TextBlockObject); ok {
			if err := checkText(t, maxText); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkActions(b *api.ActionBlock) error {
	if n := len(b.Elements.ElementSet); n == 0 || n > maxActions {
		return fmt.Errorf("%d buttons", n)
	}
	for _, e := range b.Elements.ElementSet {
		button, ok := e.(*api.ButtonBlockElement)
		if !ok {
			return fmt.Errorf("an action that is no button")
		}
		if err := checkText(button.Text, maxButton); err != nil {
			return err
		}
		if n := length(button.URL); n > maxURL || n == 0 && button.Value == "" {
			return fmt.Errorf("URL has %d characters", n)
		}
		if n := length(button.Value); n > maxValue {
			return fmt.Errorf("value has %d characters", n)
		}
	}
	return nil
}

func checkText(t *api.TextBlockObject, limit int) error {
	if n := length(t.Text); n == 0 || n > limit {
		return fmt.Errorf("text has %d characters, allowed are 1 to %d", n, limit)
	}
	return nil
}

// length counts UTF-16 units, the most cautious reading of "characters".
func length(s string) int { return len(utf16.Encode([]rune(s))) }
