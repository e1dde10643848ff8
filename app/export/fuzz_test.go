package export_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/export"
)

// tag is a tag of a page; what is shown as text has its < escaped.
var tag = regexp.MustCompile(`(?s)</?([a-zA-Z0-9]+)([^>]*)>`)

// allowed are the tags of a text, and attributes are what they may have.
var (
	allowed = map[string]bool{
		"a": true, "p": true, "pre": true, "code": true, "em": true, "strong": true, "del": true, "ul": true, "ol": true, "li": true,
		"blockquote": true, "br": true, "hr": true, "h3": true, "h4": true, "h5": true, "h6": true, "input": true,
		"table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true,
	}
	attributes = regexp.MustCompile(`^( (href|rel|class|align|start|type|title)="[^"]*"| (checked|disabled)="")*\s*/?$`)
	target     = regexp.MustCompile(`href="([^"]*)"`)
)

// FuzzHTMLBody writes whatever comes as a page: nothing in it can run, load or
// point anywhere but to a page or a mail address.
func FuzzHTMLBody(f *testing.F) {
	for _, s := range []string{
		"# a\n\n- [x] b\n\n| a |\n|:-:|\n| b |\n", "[a](javascript:x \"t\") ![b](data:x) <c@d.e> <https://f.g>", "<script>\n</script>\n<!-- x -->\n<p onclick=x>",
		"```a\" onload=b\nc\n```", "1) a\n\n   b\n2) c", "[a]: javascript:x\n\n[a] www.b.example ~~c~~", "&lt;script&gt; \\<script>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		page := export.HTMLBody(chat.Text(s))
		for _, m := range tag.FindAllStringSubmatch(page, -1) {
			if !allowed[m[1]] || !attributes.MatchString(m[2]) {
				t.Fatalf("the tag %s is in the page of %q", m[0], s)
			}
			if h := target.FindStringSubmatch(m[2]); h != nil {
				address := strings.ToLower(html.UnescapeString(h[1]))
				if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "mailto:") {
					t.Fatalf("the address %s is in the page of %q", address, s)
				}
			}
		}
		if strings.Contains(tag.ReplaceAllString(page, ""), "<") {
			t.Fatalf("an open tag is left in the page of %q", s)
		}
	})
}
