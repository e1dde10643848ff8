package app

import "bise/client"

// Contact is whom a prompt to a provider would connect to.
type Contact struct {
	Provider, Name string
	// Host is host[:port]; "" is nobody, since the provider is in the program.
	Host string
	// Leaves says that the host is another machine.
	Leaves bool
	// Refused says that this run does not allow the connection.
	Refused bool
}

// Contacts lists whom this run would connect to, a provider a line. It connects
// to nobody.
func (a *App) Contacts() []Contact {
	var contacts []Contact
	for _, d := range a.Providers() {
		leaves := d.Place == client.Elsewhere
		contacts = append(contacts, Contact{
			Provider: string(d.ID), Name: d.Name, Host: d.Host,
			Leaves: leaves, Refused: leaves && a.LocalOnly(),
		})
	}
	return contacts
}

// ConnectionState is the state of a connection as a word: open, closed, failed
// or refused.
func ConnectionState(c Connection) string {
	switch {
	case c.Refused:
		return "refused"
	case c.Failed:
		return "failed"
	case c.End.IsZero():
		return "open"
	default:
		return "closed"
	}
}
