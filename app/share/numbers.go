package share

import (
	"strings"
)

var (
	iban = pattern(`\b[A-Z]{2}\d{2}(?:[ \x{a0}\x{202f}-]?[A-Z0-9]{1,4}){3,8}\b`)
	card = pattern(`\b\d(?:[ \x{a0}\x{202f}-]?\d){12,18}\b`)
)

// ibanLength is how long the IBAN of a country is, from the register of IBAN
// formats (ISO 13616).
var ibanLength = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
	"BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
	"ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
	"HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
	"LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
	"MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
	"QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
	"ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}

func findNumbers(text string, take func(Kind, int, int)) {
	for _, m := range iban().FindAllStringIndex(text, -1) {
		if n := ibanAt(text[m[0]:m[1]]); n > 0 {
			take(IBAN, m[0], m[0]+n)
		}
	}
	for _, m := range card().FindAllStringIndex(text, -1) {
		if isCard(digitsOf(text[m[0]:m[1]])) {
			take(Card, m[0], m[1])
		}
	}
}

// ibanAt is how many bytes of s the IBAN at its beginning takes, 0 if there is
// none. What follows it may look as if it belonged to it.
func ibanAt(s string) int {
	want := ibanLength[s[:2]]
	if want == 0 {
		return 0
	}
	var compact strings.Builder
	for i := range len(s) {
		if !alnum(s[i]) {
			continue
		}
		compact.WriteByte(s[i])
		if compact.Len() == want {
			if mod97(compact.String()) != 1 || i+1 < len(s) && alnum(s[i+1]) {
				return 0
			}
			return i + 1
		}
	}
	return 0
}

func alnum(c byte) bool { return isLetter(c) || isDigit(c) }

// mod97 is the check of ISO 7064: the first four characters moved to the end,
// letters as numbers from 10, modulo 97.
func mod97(s string) int {
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case isDigit(c):
			rest = (rest*10 + int(c-'0')) % 97
		default:
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// isCard reports whether digits are a card's: a prefix and a length that card
// schemes give out (ISO/IEC 7812), and Luhn's check.
func isCard(d string) bool {
	n := len(d)
	ok := false
	switch {
	case d[0] == '4':
		ok = n == 13 || n == 16 || n == 19
	case d[0] == '5' && d[1] >= '1' && d[1] <= '5', d[0] == '2' && d[:4] >= "2221" && d[:4] <= "2720":
		ok = n == 16
	case d[:2] == "34" || d[:2] == "37":
		ok = n == 15
	case d[:2] == "36" || d[:2] == "38" || d[:2] == "30":
		ok = n == 14
	case d[:4] == "6011" || d[:2] == "65" || d[:2] == "64" || d[:2] == "35":
		ok = n == 16
	}
	return ok && luhn(d)
}

func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
