package share

import (
	"math"
	"slices"
	"strings"
)

// A token is a key whose form tells whose it is.
type token struct {
	// hint must be in the text for form to be tried: a search for a few bytes
	// is much cheaper than a pattern.
	hint string
	form form
}

// tokens are the forms that services give their keys, from their own pages on
// secret scanning.
var tokens = []token{
	{"sk-", pattern(`\bsk-[A-Za-z0-9_-]{20,}`)}, // OpenAI, Anthropic, OpenRouter, DeepSeek
	{"ghp_", pattern(`\bghp_[A-Za-z0-9]{36,}`)},
	{"gho_", pattern(`\bgho_[A-Za-z0-9]{36,}`)},
	{"ghu_", pattern(`\bghu_[A-Za-z0-9]{36,}`)},
	{"ghs_", pattern(`\bghs_[A-Za-z0-9]{36,}`)},
	{"ghr_", pattern(`\bghr_[A-Za-z0-9]{36,}`)},
	{"github_pat_", pattern(`\bgithub_pat_[A-Za-z0-9_]{22,}`)},
	{"glpat-", pattern(`\bglpat-[\w-]{20,}`)},
	{"AKIA", pattern(`\bAKIA[A-Z0-9]{16}\b`)},
	{"ASIA", pattern(`\bASIA[A-Z0-9]{16}\b`)},
	{"AIza", pattern(`\bAIza[\w-]{35}`)},
	{"ya29.", pattern(`\bya29\.[\w-]{20,}`)},
	{"GOCSPX-", pattern(`\bGOCSPX-[\w-]{28}`)},
	{"xox", pattern(`\bxox[abeoprs]-[A-Za-z0-9-]{10,}`)},
	{"hooks.slack.com/", pattern(`hooks\.slack\.com/services/[A-Za-z0-9/]{20,}`)},
	{"/api/webhooks/", pattern(`discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{30,}`)},
	{"k_live_", pattern(`\b[srp]k_live_[A-Za-z0-9]{16,}`)},
	{"k_test_", pattern(`\b[srp]k_test_[A-Za-z0-9]{16,}`)},
	{"whsec_", pattern(`\bwhsec_[A-Za-z0-9+/=]{24,}`)},
	{"hf_", pattern(`\bhf_[A-Za-z0-9]{30,}`)},
	{"npm_", pattern(`\bnpm_[A-Za-z0-9]{36}`)},
	{"pypi-", pattern(`\bpypi-[\w-]{50,}`)},
	{"SG.", pattern(`\bSG\.[\w-]{20,}\.[\w-]{30,}`)},
	{"dop_v1_", pattern(`\bdop_v1_[0-9a-f]{64}`)},
	{"gsk_", pattern(`\bgsk_[A-Za-z0-9]{40,}`)},
	{"xai-", pattern(`\bxai-[A-Za-z0-9]{40,}`)},
	{"dapi", pattern(`\bdapi[0-9a-f]{32}\b`)},
	{"hvs.", pattern(`\bhvs\.[\w-]{24,}`)},
	{"lin_api_", pattern(`\blin_api_[A-Za-z0-9]{32,}`)},
	{"ntn_", pattern(`\bntn_[A-Za-z0-9]{40,}`)},
	{"AGE-SECRET-KEY-1", pattern(`\bAGE-SECRET-KEY-1[A-Z0-9]{50,}`)},
	{"eyJ", pattern(`\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}`)},
	{"AccountKey=", pattern(`\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}`)},
	{":AA", pattern(`\b\d{8,10}:AA[\w-]{33}`)}, // Telegram
	{"key-", pattern(`\bkey-[0-9a-f]{32}\b`)},  // Mailgun
	{"SK", pattern(`\bSK[0-9a-f]{32}\b`)},      // Twilio
}

// privateKey is the armour of a private key, up to its end or, where that was
// cut off, the end of the text.
var privateKey = pattern(`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\z)`)

// named is a value behind a word that says it opens something. Mistral's keys
// have no form of their own: 32 letters and digits, so its name has to tell.
var named = pattern(`(?i)(?:mistral|api[ _-]?key|apikey|access[ _-]?key|secret|token|client[ _-]?secret|auth(?:orization)?|bearer|cl[eé] api)[\w ."'` + "`" + `:=>{}()/,-]{0,40}?[ "'` + "`" + `:=]([A-Za-z0-9_+/=-]{20,128})`)

func findKeys(text string, take func(Kind, int, int)) {
	if strings.Contains(text, "PRIVATE KEY") {
		for _, m := range privateKey().FindAllStringIndex(text, -1) {
			take(PrivateKey, m[0], m[1])
		}
	}
	for _, t := range tokens {
		if !strings.Contains(text, t.hint) {
			continue
		}
		for _, m := range t.form().FindAllStringIndex(text, -1) {
			if s := text[m[0]:m[1]]; !exampleLike(s) && strings.ContainsFunc(s, digitOrCapital) {
				take(Key, m[0], m[1])
			}
		}
	}
	for _, m := range named().FindAllStringSubmatchIndex(text, -1) {
		if start, end := m[2], m[3]; secretLike(text[start:end]) && !wordGoesOn(text, end) {
			take(Key, start, end)
		}
	}
}

// wordGoesOn reports whether the value was cut from something longer, such as
// the name of a file.
func wordGoesOn(text string, end int) bool {
	return end+1 < len(text) && text[end] == '.' && (isLetter(text[end+1]) || isDigit(text[end+1]))
}

// secretLike reports whether s looks as if a machine had drawn it: letters and
// digits mixed beyond what words and names have.
func secretLike(s string) bool {
	var lower, upper, digits int
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c):
			digits++
		case 'a' <= c && c <= 'z':
			lower++
		case 'A' <= c && c <= 'Z':
			upper++
		}
	}
	if lower+upper == 0 || exampleLike(s) || isUUID(s) {
		return false
	}
	if digits < 2 && (upper < len(s)/4 || lower < len(s)/4) { // a long name has fewer capitals
		return false
	}
	if digits < len(s)/10 && (lower == 0 || upper == 0) {
		return false // words joined together
	}
	return entropy(s) >= 3
}

// digitOrCapital reports whether a character is one that a key has some of, and
// joined words have none of, as in the name of a style.
func digitOrCapital(r rune) bool { return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' }

// exampleLike reports whether s is what documents write where a key belongs.
func exampleLike(s string) bool { return exampleWord(s) || entropy(s) < 2 }

func exampleWord(s string) bool {
	low := strings.ToLower(s)
	for _, word := range []string{"example", "your", "xxxx", "placeholder", "0000000", "1234567890abcdef", "insert", "changeme", "redacted"} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return false
}

var uuid = pattern(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func isUUID(s string) bool { return uuid().MatchString(s) }

// entropy is Shannon's, in bits a byte.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// password is a value behind the word for it in the languages of Mistral's
// home and its neighbours.
var (
	password = pattern(`(?i)(?:\b|_)(?:password|passwd|passphrase|passwort|kennwort|pwd|wachtwoord|mot de passe|mdp|contraseña|pin code|code pin)(?:\s+(?:is|est|ist|es|è|lautet|für \S+|for \S+|pour \S+))*["'` + "`" + `]?\s*[:=]?>?\s*["'` + "`" + `]?([^\s"'` + "`" + `<>,;]{4,64})`)
	urlLogin = pattern(`[a-z][a-z0-9+]{1,12}://([^\s/:@"'<>]{0,64}):([^\s/@"'<>]{3,64})@`)
	// option is a login as curl and programs like it take it.
	option = pattern(`\s(?:-u|--user|--proxy-user)[ =]?["']?[A-Za-z][\w.@+\\-]{0,63}:([^\s"'` + "`" + `]{4,64})`)
	// parameter is the next value of an address behind that of a password.
	parameter = pattern(`&[\w.-]+=`)
)

// A login is that of an address: who, and what opens it.
type login struct {
	start, end int // of the password; an @ follows
	// stand says that the password is what documents write there, or the one
	// that the program came with.
	stand bool
}

func urlLogins(text string) (all []login) {
	if !strings.Contains(text, "://") {
		return nil
	}
	for _, m := range urlLogin().FindAllStringSubmatchIndex(text, -1) {
		user, value := text[m[2]:m[3]], text[m[4]:m[5]]
		stand := value == user || variable(value) || exampleWord(value) || slices.Contains(standIns, strings.ToLower(value))
		all = append(all, login{m[4], m[5], stand})
	}
	return all
}

// standIns are what documents write as a password.
var standIns = []string{"password", "passwort", "passwd", "pass", "pwd", "secret"}

func findPasswords(text string, logins []login, take func(Kind, int, int)) {
	for _, m := range password().FindAllStringSubmatchIndex(text, -1) {
		value := strings.TrimRight(text[m[2]:m[3]], ".?)")
		if next := parameter().FindStringIndex(value); next != nil {
			value = value[:next[0]]
		}
		if passwordLike(value) {
			take(Password, m[2], m[2]+len(value))
		}
	}
	for _, l := range logins {
		if !l.stand {
			take(Password, l.start, l.end)
		}
	}
	for _, m := range option().FindAllStringSubmatchIndex(text, -1) {
		if value := text[m[2]:m[3]]; passwordLike(value) && digitsOf(value) != value { // digits alone are a group's number
			take(Password, m[2], m[3])
		}
	}
}

// passwordLike reports whether a value behind "password" is one, and not the
// next word of a sentence or a variable of a program.
func passwordLike(s string) bool {
	if len(s) < 4 || variable(s) || exampleLike(s) {
		return false
	}
	kinds := 0
	for _, set := range []string{"0123456789", "!@#$%^&*+?~|=€§", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
		if strings.ContainsAny(s[1:], set) { // a capital at the front is any sentence's
			kinds++
		}
	}
	return kinds > 0
}

// variable reports whether a value stands for one that is elsewhere.
func variable(s string) bool {
	if strings.ContainsAny(s, "({[") || strings.HasPrefix(s, "$") || strings.HasPrefix(s, "%") || strings.HasPrefix(s, "*") {
		return true
	}
	return strings.Contains(s, "env.") || strings.Contains(s, "environ") || strings.Trim(s, "*•.xX-_") == ""
}
