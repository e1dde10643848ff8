package app

import (
	"net/url"
	"strings"
	"time"

	"bise/app/fault"
)

// listed are the words of a list with commas.
func listed(value string) []string {
	var words []string
	for word := range strings.SplitSeq(value, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// set takes in settings, NAME=VALUE.
func (p *Profile) set(a *App, settings []string) error {
	const op = "app.SetProfile"
	stated := make(map[string]string)
	fixed := a.admin.fixed(*p, a.ownFacts(*p))
	for _, s := range settings {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return fault.E(op, fault.Usage, nil, "what", "setting", "word", s)
		}
		if err := a.mayChange(fixed, name, value); err != nil {
			return err
		}
		switch name {
		case "endpoint":
			if err := p.setEndpoint(value); err != nil {
				return err
			}
		case "model":
			p.Model = value
		case "user_name":
			p.UserName = value
		case "check_before_send":
			if value != "" && value != "off" && value != CheckAsk {
				return fault.E(op, fault.Usage, nil, "fact", name, "word", value)
			}
			p.CheckBeforeSend = value
		case "tools":
			tools, err := toolWords(value)
			if err != nil {
				return err
			}
			p.Tools = tools
		case "sensitive_terms":
			p.SensitiveTerms = listed(value)
		case "api_key", "key", "apikey":
			return fault.E(op, fault.PlaintextKey, nil, "path", "")
		case "zdr_on":
			if _, err := time.Parse(time.DateOnly, value); err != nil && value != "" {
				return fault.E(op, fault.Usage, nil, "fact", name, "word", value)
			}
			stated[name] = value
		case "turn":
			return fault.E(op, fault.Usage, nil, "what", "setting", "word", name) // a message has one, no profile
		default:
			if takesCloud(p.Kind, name) {
				p.setCloud(name, value)
				continue
			}
			stated[name] = value
		}
	}
	confirmed, said := stated["accepted"]
	delete(stated, "accepted")
	if err := p.state(stated, a.Now()); err != nil || !said {
		return err
	}
	return p.confirm(a, confirmed)
}

// checkEndpoint wants an absolute http or https URL without user, password or
// query, which may hold a key; plain http only on this machine, since a key
// travels with every request.
func checkEndpoint(raw string) error {
	const op = "app.SetProfile"
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return fault.E(op, fault.Usage, nil, "what", "endpoint", "word", shownURL(raw))
	}
	if u.Scheme == "http" && !loopbackHost(u.Hostname()) {
		return fault.E(op, fault.Usage, nil, "what", "https endpoint", "word", raw)
	}
	return nil
}

// shownURL is what an error may say of an address: no user, password or query.
func shownURL(raw string) string {
	raw, _, query := strings.Cut(raw, "?")
	raw, _, _ = strings.Cut(raw, "#")
	if at := strings.LastIndexByte(raw, '@'); at >= 0 {
		raw = "…" + raw[at:]
	}
	if query {
		raw += "?…"
	}
	return raw
}
