package share

import (
	"slices"
	"strings"
)

// email has letters of any alphabet where addresses may have them; a text
// without spaces between its words may go on behind a domain of ours.
var email = pattern(`[\p{Latin}\p{Greek}\p{Cyrillic}0-9](?:[\p{Latin}\p{Greek}\p{Cyrillic}0-9._%+'-]{0,62}[\p{Latin}\p{Greek}\p{Cyrillic}0-9_+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+(?:[A-Za-z]{2,24}|\p{L}[\p{L}\p{M}]{1,23})`)

// fileEndings are what follows the last dot of a file name that has an @ in it,
// as pictures for fine screens have.
var fileEndings = []string{"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "map", "json", "md", "tar", "tgz", "zip", "service", "socket", "timer", "target"}

func findEmails(text string, logins []login, take func(Kind, int, int)) {
	if !strings.Contains(text, "@") {
		return
	}
	for _, m := range email().FindAllStringIndex(text, -1) {
		for len(logins) > 0 && logins[0].end < m[0] {
			logins = logins[1:]
		}
		s := strings.ToLower(text[m[0]:m[1]])
		at := m[0] + strings.IndexByte(text[m[0]:m[1]], '@')
		switch {
		case slices.Contains(fileEndings, s[strings.LastIndexByte(s, '.')+1:]):
		case s[:strings.IndexByte(s, '@')] == "git" && (m[1] < len(text) && text[m[1]] == ':' || m[0] > 0 && text[m[0]-1] == '/'):
			// the address of a repository, not of a person
		case len(logins) > 0 && logins[0].end == at:
			// the end of a password and its server
		default:
			take(Email, m[0], m[1])
		}
	}
}

var (
	// international numbers begin with + or 00 and a country.
	international = pattern(`(?:\+|\b00)[1-9]\d{0,2}(?:[ ./-]?\(\d{1,4}\))?(?:[ ./-]?\d{1,5}){2,6}`)
	french        = pattern(`\b0[1-9](?:[ .-]\d{2}){4}|\b0[1-79]\d{8}\b`)
	// american numbers have neither a 0 nor a 1 in front of their two groups.
	american = pattern(`\([2-9]\d{2}\) ?[2-9]\d{2}[-. ]\d{4}|\b[2-9]\d{2}([-. ])[2-9]\d{2}[-. ]\d{4}`)
	// trunk is a national number with its leading 0 in two or three groups, as
	// in Germany, Britain and Italy.
	trunk = pattern(`\b0\d{2,4}[ /]\d{3,8}(?:[ -]\d{2,6})?\b`)
	// called is any number behind a word that says it is one to call.
	called = pattern(`(?i)(?:\btel|\bphone|\bmobile|\bcell|\bfax|téléphone|\bportable|telefon|handy|\bcall me (?:at|on)|appelle|\bwhatsapp)[a-zé]{0,8}[ .:#-]{1,4}(?:\S{1,12} ){0,2}?(\(?\d[\d ().-]{5,18}\d)`)
)

func findPhones(text string, take func(Kind, int, int)) {
	for _, m := range international().FindAllStringIndex(text, -1) {
		if n := len(digitsOf(text[m[0]:m[1]])); n >= 9 && n <= 15 && free(text, m[0], m[1]) {
			take(Phone, m[0], m[1])
		}
	}
	for _, national := range []form{french, american, trunk} {
		for _, m := range national().FindAllStringIndex(text, -1) {
			n := len(digitsOf(text[m[0]:m[1]]))
			if n >= 10 && n <= 12 && free(text, m[0], m[1]) {
				take(Phone, m[0], m[1])
			}
		}
	}
	for _, m := range called().FindAllStringSubmatchIndex(text, -1) {
		s := text[m[2]:m[3]]
		if n := len(digitsOf(s)); n >= 7 && n <= 15 && !dateLike().MatchString(s) && !isBook(digitsOf(s)) {
			take(Phone, m[2], m[3])
		}
	}
}

// isBook reports whether digits are the number of a book: an EAN of the
// publishers, whose digits count once and three times in turn.
func isBook(d string) bool {
	if len(d) != 13 || d[:3] != "978" && d[:3] != "979" {
		return false
	}
	sum := 0
	for i := range len(d) {
		sum += int(d[i]-'0') * (1 + i%2*2)
	}
	return sum%10 == 0
}

var dateLike = pattern(`^(?:19|20)\d{2}[-.]\d{2}[-.]\d{2}|^\d{1,2}[-.]\d{1,2}[-.](?:19|20)\d{2}`)

// free reports whether a number stands by itself, and is not a piece of a
// longer number, a name, a path or a decimal, nor the number of a book.
func free(text string, start, end int) bool {
	if start > 1 && text[start-1] == ' ' && isDigit(text[start-2]) ||
		strings.Contains(strings.ToLower(text[max(0, start-8):start]), "isbn") {
		return false
	}
	if start > 0 {
		c := text[start-1]
		if isDigit(c) || isLetter(c) || strings.IndexByte("_-./=#&$€£%", c) >= 0 && !(c == '-' && start > 1 && text[start-2] == ' ') {
			return false
		}
	}
	if end < len(text) {
		c := text[end]
		if isDigit(c) || isLetter(c) || c == '_' || c == '%' || c == '/' {
			return false
		}
		if (c == '-' || c == '.' || c == ',') && end+1 < len(text) && isDigit(text[end+1]) {
			return false
		}
	}
	return true
}

var (
	// a system may have its homes elsewhere, and Windows may be a mounted drive
	unixHome    = pattern(`(?:(?:/var|/usr|/export)?/home|(?:(?:/mnt|/cygdrive)?/[a-z])?/Users)/[A-Za-z0-9_][A-Za-z0-9._-]{0,63}`)
	windowsHome = pattern(`(?i)\b[a-z]:[\\/]{1,2}Users[\\/]{1,2}[A-Za-z0-9_][A-Za-z0-9._-]{0,63}(?: [A-Z][a-z]+\b)?`)
)

// commonHomes are folders of no person.
var commonHomes = []string{"shared", "public", "default", "user", "username", "you", "name", "runner", "linuxbrew", "app", "node"}

func findHomes(text string, take func(Kind, int, int)) {
	for _, m := range unixHome().FindAllStringIndex(text, -1) {
		end := m[0] + len(strings.TrimRight(text[m[0]:m[1]], "."))
		if m[0] > 0 && (isLetter(text[m[0]-1]) || isDigit(text[m[0]-1]) || strings.IndexByte("._-}>", text[m[0]-1]) >= 0) {
			continue // inside the address of a page
		}
		if name := text[strings.LastIndexByte(text[:end], '/')+1 : end]; !slices.Contains(commonHomes, strings.ToLower(name)) {
			take(HomePath, m[0], end)
		}
	}
	for _, m := range windowsHome().FindAllStringIndex(text, -1) {
		end := m[0] + len(strings.TrimRight(text[m[0]:m[1]], "."))
		if name := text[strings.LastIndexAny(text[:end], `\/`)+1 : end]; !slices.Contains(commonHomes, strings.ToLower(name)) {
			take(HomePath, m[0], end)
		}
	}
}
