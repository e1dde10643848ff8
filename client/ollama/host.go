package ollama

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"bise/app/fault"
)

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
	// pathLetters need no escape in an address; others are not worth the doubt.
	pathLetters = letters + "~/"

	defaultPort = "11434"
)

// Host is the address of a server, normalised.
type Host struct{ url *url.URL }

// String is host:port.
func (h Host) String() string {
	if h.url == nil {
		return ""
	}
	return h.url.Host
}

// URL is the base of every request.
func (h Host) URL() string {
	if h.url == nil {
		return ""
	}
	return h.url.String()
}

// Usual reports whether it is the address where Ollama listens by itself.
func (h Host) Usual() bool { return h.url != nil && h.URL() == "http://127.0.0.1:"+defaultPort }

// ParseHost reads an address as the ollama command reads OLLAMA_HOST: scheme,
// port and path may be left out, and a scheme without a port means the
// scheme's own port. An address that only a server can listen on, such as
// 0.0.0.0, becomes this machine: as a target it would go to a proxy. What
// cannot be an address is fault.Invalid; a name and password in it are refused
// too, since addresses are shown.
func ParseHost(s string) (Host, error) {
	s = strings.Trim(strings.TrimSpace(s), `"'`)
	scheme, rest, ok := strings.Cut(s, "://")
	port := defaultPort
	switch {
	case !ok:
		scheme, rest = "http", s
	case scheme == "http":
		port = "80"
	case scheme == "https":
		port = "443"
	default:
		return Host{}, invalidHost("scheme")
	}
	rest, path, _ := strings.Cut(rest, "/")
	if strings.Trim(path, pathLetters) != "" {
		return Host{}, invalidHost("path")
	}
	host, port, err := splitPort(rest, port)
	if err != nil {
		return Host{}, err
	}
	u := &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, port)}
	if path = strings.Trim(path, "/"); path != "" {
		u.Path = "/" + path
	}
	if parsed, err := url.Parse(u.String()); err != nil || parsed.Host != u.Host {
		return Host{}, invalidHost("address")
	}
	return Host{url: u}, nil
}

func splitPort(s, port string) (string, string, error) {
	host := s
	_, bare := netip.ParseAddr(s)
	switch {
	case bare == nil: // an IPv6 address without brackets
	case strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]"):
		host = s[1 : len(s)-1]
	case strings.Contains(s, ":"):
		h, p, err := net.SplitHostPort(s)
		if err != nil {
			return "", "", invalidHost("address")
		}
		host = h
		if p != "" {
			port = p
		}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", "", invalidHost("port")
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "":
		return "127.0.0.1", port, nil
	case err != nil && (strings.HasPrefix(s, "[") || !isName(host)), addr.Zone() != "":
		return "", "", invalidHost("address")
	case err != nil:
		return host, port, nil
	case !addr.Unmap().IsUnspecified():
		return addr.String(), port, nil
	case addr.Is4() || addr.Is4In6():
		return "127.0.0.1", port, nil
	default:
		return "::1", port, nil
	}
}

// isName holds a host to what a name look-up takes; a name in another script
// has to be given in its ASCII form.
func isName(s string) bool { return strings.Trim(s, letters) == "" }

// invalidHost names the part that is wrong and not the address itself, which
// may hold a password.
func invalidHost(part string) error {
	return fault.E("ollama.ParseHost", fault.Invalid, nil, "what", "OLLAMA_HOST", "field", part)
}
