package probe

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// recorded are the answers that Run gave where somebody has run it: <host>.json, a list each.
//
//go:embed recorded
var recorded embed.FS

// Recorded are these answers.
func Recorded() []Answer {
	var all []Answer
	files, _ := recorded.ReadDir("recorded") // it is built in, and a test reads it
	for _, f := range files {
		b, _ := recorded.ReadFile("recorded/" + f.Name())
		var some []Answer
		if err := json.Unmarshal(b, &some); err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		all = append(all, some...)
	}
	return all
}

// WriteDocument writes docs/assumptions.md.
func WriteDocument(w io.Writer, all []Assumption, answers []Answer) {
	fmt.Fprint(w, "# What is taken for granted about AWS\n\nMade by `go test ./internal/probe -run TestDocument -update` of the table in `internal/probe` and of the answers in `internal/probe/recorded`. "+
		"Ask them in a sandbox account, which takes some minutes and leaves nothing behind:\n\n    seamark probe --account 999999999999 --region us-east-1 --out answers.json\n\n")
	if !slices.ContainsFunc(answers, func(a Answer) bool { return a.On == "AWS" }) {
		fmt.Fprint(w, "**Never run on AWS.** What is recorded is what an emulator answered, which shows that the questions can be asked, and nothing about AWS. Whoever runs it: put the file into `internal/probe/recorded/aws.json`; it holds no number of an account and no id.\n\n")
	}
	fmt.Fprint(w, "| what | rests on | the code that relies on it | if it does not hold | asked |\n|---|---|---|---|---|\n")
	for _, a := range all {
		sure := string(a.Sure)
		if a.Source != "" {
			sure = "[" + sure + "](" + a.Source + ")"
		}
		var code []string
		for _, c := range a.Code {
			code = append(code, "`"+c+"`")
		}
		fmt.Fprintf(w, "| **%s**: %s | %s | %s | %s | %s |\n", a.ID, a.Claim, sure, strings.Join(code, ", "), a.Wrong, asked(a, answers))
	}
}

// asked says what was answered, or why nothing can be.
func asked(a Assumption, answers []Answer) string {
	var said []string
	for _, x := range answers {
		if x.ID != a.ID {
			continue
		}
		verdict := "does not hold: " + x.Saw
		switch {
		case x.Error != "":
			verdict = "not asked: " + x.Error
		case x.Holds:
			verdict = "holds"
		}
		said = append(said, fmt.Sprintf("%s, %s: %s", x.On, x.Date, strings.NewReplacer("|", "\\|", "\n", " ").Replace(verdict)))
	}
	switch {
	case len(said) > 0:
		return strings.Join(said, "; ")
	case a.Asked():
		return "never"
	}
	return "cannot be by the probe: " + a.Unasked
}
