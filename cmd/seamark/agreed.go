package main

import (
	"bufio"
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// agreed asks whether to go on. Where nobody can be asked, --yes must have said so.
func (c *cli) agreed(question string) error {
	if !isTerminal(c.in) || c.json {
		return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "nobody is there to be asked: " + question, Remedy: "add --yes, or look first with --dry-run"}}
	}
	fmt.Fprintf(c.err, "%s [y/N] ", question)
	answer, _ := bufio.NewReader(c.in).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return &seamark.Fault{Class: seamark.Rejected, What: "not agreed to; nothing is changed"}
}
