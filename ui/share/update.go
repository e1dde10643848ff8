package share

import (
	"errors"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/policy"
	"bise/ui/screen"
)

// Update takes keys and what was done.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case draftedMsg:
		if msg.owner == v {
			v.drafted(msg)
		}
	case sharedMsg:
		if msg.owner == v {
			v.wasShared(msg)
		}
	case tea.PasteMsg:
		if v.step == naming {
			v.server.Update(msg)
		}
	case tea.KeyPressMsg:
		return v.key(msg)
	}
	return screen.Stay{}, nil
}

func (v *View) drafted(msg draftedMsg) {
	v.sharing, v.verdict = msg.sharing, msg.verdict
	switch {
	case msg.err != nil:
		v.to(refused)
		v.err = msg.err
	case msg.sharing == nil:
		v.to(refused)
	case len(msg.sharing.Findings()) == 0:
		v.to(preview)
	default:
		v.to(findings)
	}
}

func (v *View) wasShared(msg sharedMsg) {
	var refusal *policy.Refusal
	switch {
	case errors.As(msg.err, &refusal):
		v.verdict = refusal.Verdict
		v.to(refused)
	case msg.err != nil:
		v.to(choosing)
		v.err = msg.err
	case !msg.verdict.Decision.Permits():
		v.verdict = msg.verdict
		v.to(refused)
	default:
		v.shared = msg.shared
		v.to(made)
	}
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	pressed := msg.String()
	if v.err != nil && v.sharing != nil { // seen; the step can be tried again
		v.err = nil
		return screen.Stay{}, nil
	}
	if pressed == "esc" {
		return v.back(), nil
	}
	switch v.step {
	case findings:
		switch pressed {
		case "enter":
			v.to(preview)
		case "space":
			v.toggle()
		default:
			v.list.Update(msg)
		}
	case preview:
		if pressed == "enter" {
			v.to(choosing)
		} else {
			v.pager.Update(msg)
		}
	case choosing:
		return v.choose(v.ask.Key(msg))
	case naming:
		if address := strings.TrimSpace(v.server.Value()); pressed == "enter" && address != "" {
			return screen.Stay{}, v.publish(app.ShareTo{Server: address})
		}
		v.server.Update(msg)
	case made:
		if pressed == "c" {
			v.copied = true
			return screen.Copy{Text: string(v.shared.Link())}, nil
		}
	default:
	}
	return screen.Stay{}, nil
}

// back goes one step back.
func (v *View) back() screen.Action {
	switch {
	case v.step == preview && len(v.sharing.Findings()) > 0:
		v.to(findings)
	case v.step == choosing:
		v.to(preview)
	case v.step == naming:
		v.to(choosing)
	case v.step == working: // it is on its way
	default:
		return screen.Close{}
	}
	return screen.Stay{}
}

// toggle leaves the selected finding in, or takes it out.
func (v *View) toggle() {
	row, ok := v.list.Selected()
	i, err := strconv.Atoi(row.ID)
	all := v.sharing.Findings()
	if !ok || err != nil || i >= len(all) {
		return
	}
	v.sharing.Keep(i, !all[i].Keep)
	v.list.SetRows(v.rows())
	v.list.Select(row.ID)
}

func (v *View) choose(option int) (screen.Action, tea.Cmd) {
	if option < 0 { // nothing is chosen yet
		return screen.Stay{}, nil
	}
	switch v.offered[option] {
	case notNow:
		return screen.Close{}, nil
	case sealedFile:
		return screen.Stay{}, v.publish(app.ShareTo{})
	case plainFile:
		return screen.Stay{}, v.publish(app.ShareTo{Plain: true})
	case server:
		v.to(naming)
	default:
	}
	return screen.Stay{}, nil
}
