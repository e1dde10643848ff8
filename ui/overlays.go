package ui

import (
	tea "charm.land/bubbletea/v2"

	"bise/ui/agents"
	"bise/ui/dialog"
	"bise/ui/export"
	"bise/ui/help"
	"bise/ui/historyview"
	"bise/ui/keys"
	"bise/ui/libraries"
	"bise/ui/models"
	"bise/ui/network"
	"bise/ui/notices"
	"bise/ui/options"
	"bise/ui/palette"
	"bise/ui/presets"
	"bise/ui/privacy"
	"bise/ui/runner"
	"bise/ui/screen"
	"bise/ui/settings"
	"bise/ui/share"
	"bise/ui/signin"
	"bise/ui/tools"
	"bise/ui/usage"
)

// overlay makes the screen that a key opens; nil where it opens none.
func (r *Root) overlay(id keys.ID) screen.Overlay {
	switch id {
	case keys.History:
		return historyview.New(r.env, r.ctx)
	case keys.Models:
		return models.New(r.env, r.ctx, r.choice)
	case keys.Runner:
		return runner.New(r.env, r.ctx)
	case keys.Privacy:
		return privacy.New(r.env, r.choice.Provider)
	case keys.Network:
		return network.New(r.env)
	case keys.Settings:
		return settings.New(r.env, r.ctx)
	case keys.SignIn:
		return signin.New(r.env, r.ctx, r.profile())
	case keys.Find:
		return dialog.Find(r.env, r.sought)
	case keys.Inbox:
		return notices.New(r.env, r.ctx)
	case keys.Palette:
		return palette.New(r.env, r.preview)
	case keys.Help:
		return help.New(r.env, r.preview)
	case keys.Attach:
		return dialog.Path(r.env)
	case keys.System:
		return dialog.Instructions(r.env, r.session.Snapshot().System)
	case keys.Agents:
		return agents.New(r.env, r.ctx, r.choice)
	case keys.Usage:
		return usage.New(r.env, r.ctx, r.session)
	case keys.Libraries:
		return libraries.New(r.env, r.ctx, r.session)
	case keys.Tools:
		return tools.New(r.env, r.session)
	case keys.Share:
		return share.New(r.env, r.ctx, r.session)
	case keys.Shares:
		return share.NewLedger(r.env, r.ctx)
	case keys.Export:
		return export.New(r.env, r.ctx, r.session)
	case keys.Import:
		return dialog.ImportFile(r.env)
	case keys.Options:
		return options.New(r.env, r.ctx, r.session)
	case keys.Presets:
		return presets.New(r.env, r.ctx, r.session)
	default:
		return nil
	}
}

// signIn asks for the key of a profile, which need not be the one in use.
func (r *Root) signIn(profile string) tea.Cmd {
	return r.push(signin.For(r.env, r.ctx, profile, profile == r.profile()))
}
