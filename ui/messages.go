package ui

import tea "charm.land/bubbletea/v2"

// owned is a message of the root's own: the result of a command that it
// started. It knows what takes it.
type owned interface{ reach(r *Root) tea.Cmd }

func (msg historyMsg) reach(r *Root) tea.Cmd { return r.historyOpened(msg) }

func (msg choiceMsg) reach(r *Root) tea.Cmd { return r.choiceFound(msg) }

func (msg sessionMsg) reach(r *Root) tea.Cmd { return r.sessionOpened(msg) }

func (msg askedMsg) reach(r *Root) tea.Cmd { return r.asked(msg) }

func (msg progressMsg) reach(r *Root) tea.Cmd { return r.progress(msg) }

func (msg secondMsg) reach(r *Root) tea.Cmd { return r.second() }

func (msg draftMsg) reach(r *Root) tea.Cmd { return r.saveDraft(msg) }

func (msg editMsg) reach(r *Root) tea.Cmd { return r.editing(msg) }

func (msg editedMsg) reach(r *Root) tea.Cmd { return r.edited(msg) }

func (msg doneMsg) reach(r *Root) tea.Cmd { return r.done(msg) }

func (msg placeMsg) reach(r *Root) tea.Cmd { return r.placed(msg) }

func (msg toldMsg) reach(r *Root) tea.Cmd { return r.untell(msg) }

func (msg wheelMsg) reach(r *Root) tea.Cmd { return r.wheelTurned(msg) }

func (msg presetMsg) reach(r *Root) tea.Cmd { return r.presetUsed(msg) }

func (msg drawnMsg) reach(r *Root) tea.Cmd { return r.pictureDrawn(msg) }
