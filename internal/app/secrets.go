package app

import (
	"fmt"
	"os"
)

// warnOfSecrets says which files with secrets others than this user can read. The access key's
// is refused; these may be mounted by a platform that gives them wider modes.
func (a *App) warnOfSecrets() {
	c := a.o.Config
	files := []string{c.LoginTokenFile, c.FrontDoor.TLSKey, c.OpenSearch.UsernameFile, c.OpenSearch.PasswordFile, c.Redact.KeyFile}
	for _, r := range c.Receivers {
		if r.Slack != nil {
			files = append(files, r.Slack.TokenFile, r.Slack.WebhookFile, r.Slack.SigningSecretFile)
		}
		if r.Teams != nil {
			files = append(files, r.Teams.URLFile)
		}
		if r.Webhook != nil {
			files = append(files, r.Webhook.URLFile, r.Webhook.SecretFile)
		}
	}
	for _, name := range files {
		if name == "" {
			continue
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Mode()&0o077 != 0 {
			a.log.Warn("others can read a file with a secret", "file", name, "mode", fmt.Sprintf("%04o", info.Mode().Perm()), "remedy", "chmod 600 it")
		}
	}
}
