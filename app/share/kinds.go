package share

// Kind says what was found. Its wording is under "findings.kind.<kind>".
type Kind string

// The kinds, the most telling first: where two findings overlap, they become
// one of the kind that stands first here.
const (
	PrivateKey Kind = "private_key"
	// Key is an API key or an access token.
	Key      Kind = "key"
	Password Kind = "password"
	IBAN     Kind = "iban"
	Card     Kind = "card"
	Email    Kind = "email"
	// HomePath is a home folder, whose name is mostly that of a person.
	HomePath Kind = "home_path"
	Phone    Kind = "phone"
	// Name is the person's own name, as their profile has it.
	Name Kind = "name"
	// Term is a word that the person has declared sensitive.
	Term Kind = "term"
)

// Kinds lists the kinds in their order.
func Kinds() []Kind {
	return []Kind{PrivateKey, Key, Password, IBAN, Card, Email, HomePath, Phone, Name, Term}
}

// Secret reports whether what was found opens something: it is shown only in
// part, even to its owner.
func (k Kind) Secret() bool { return k == PrivateKey || k == Key || k == Password }

func (k Kind) rank() int {
	for i, known := range Kinds() {
		if k == known {
			return i
		}
	}
	return len(Kinds())
}
