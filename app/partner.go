package app

import (
	"cmp"
	"context"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/bedrock"
	"bise/client/openai"
	"bise/client/signin"
)

// withPartners adds the kinds of the partners' table.
func withPartners(kinds map[string]policy.Service) map[string]policy.Service {
	for _, row := range openai.Rows() {
		kinds[row.Kind] = policy.Partner
	}
	return kinds
}

// openCloud are the settings that a profile of any server in the usual dialect
// takes, and caCloud what every service takes.
var (
	openCloud = []string{"ca_file", "country", "token_command"}
	caCloud   = []string{"ca_file"}
)

// takesCloud reports whether a kind of profile has a setting of its place.
func takesCloud(kind, name string) bool {
	if row, ok := openai.RowOf(kind); ok {
		return row.Knows(name)
	}
	switch kind {
	case "openai":
		return slices.Contains(openCloud, name)
	case "mistral":
		return slices.Contains(caCloud, name)
	default:
		return false
	}
}

// CloudSettings are the settings that a kind of profile takes besides the
// facts, in the order of asking.
func CloudSettings(kind string) []string {
	row, ok := openai.RowOf(kind)
	switch {
	case kind == "openai":
		return openCloud
	case kind == "mistral":
		return caCloud
	case !ok:
		return nil
	}
	return append(slices.Clone(row.Takes), "auth", "token_command", "models", "ca_file", "country")
}

func (p *Profile) setCloud(name, value string) {
	p.Cloud = maps.Clone(p.Cloud)
	if p.Cloud == nil {
		p.Cloud = make(map[string]string)
	}
	if value == "" {
		delete(p.Cloud, name)
		return
	}
	p.Cloud[name] = value
}

// setEndpoint takes an address in any form that a partner's pages show for
// copying: what follows a question mark there is the version of the interface.
func (p *Profile) setEndpoint(value string) error {
	if p.Kind == "azure" {
		if name := openai.AzureDeployment(value); name != "" && p.Model == "" {
			p.Model = name
		}
		value, _, _ = strings.Cut(value, "?api-version=")
	}
	if err := checkEndpoint(value); err != nil {
		return err
	}
	p.Endpoint = strings.TrimRight(value, "/")
	return nil
}

// ownCloud are the settings of a place without those that an administrator has
// fixed; of these the person's own stay as they were.
func ownCloud(cloud, own, fixed map[string]string) map[string]string {
	kept := make(map[string]string)
	for name, value := range cloud {
		if _, locked := fixed[name]; !locked {
			kept[name] = value
		}
	}
	for name, value := range own {
		if _, locked := fixed[name]; locked {
			kept[name] = value
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// Product is the partner's product behind a profile: "Azure". "" is none.
func (p Profile) Product() string {
	row, _ := openai.RowOf(p.Kind)
	return row.Product
}

// partner makes the provider of a profile at a partner. A profile that lacks
// something makes one that says so when it is asked. key is tried in the place
// of the profile's own; nil is that one.
func (a *App) partner(p Profile, service policy.Service, key client.KeyFunc) client.Provider {
	row, _ := openai.RowOf(p.Kind)
	settings := openai.Settings(p.Cloud)
	name := providerName(row.Product, p.Name, p.Kind)
	if f, err := a.Facts(p.Name); err == nil && f.Get("partner") != "" {
		name = f.Get("partner")
	}
	broken := func(err error) client.Provider {
		if e, ok := fault.As(err); ok && e.Detail != nil {
			e.Detail["profile"] = p.Name
		}
		return openai.NewBroken(openai.Options{ID: client.ID(p.Name), Name: name, Service: service, BaseURL: p.Endpoint}, err)
	}
	way, err := row.Way(settings)
	if err != nil {
		return broken(err)
	}
	if err := a.network.Trust(p.Name, a.authorities(p)); err != nil {
		return broken(fault.E("app.partner", fault.Invalid, nil, "path", p.Cloud["ca_file"], "field", "ca_file"))
	}
	s := a.signIn(p, way, key)
	if row.OwnWire && settings["route"] == "" {
		return a.converse(p, row, name, service, s)
	}
	o, err := row.Options(p.Endpoint, settings)
	if err != nil {
		return broken(err)
	}
	o.ID, o.Name, o.Service = client.ID(p.Name), name, service
	o.HTTP, o.Key, o.Renew = a.network.Client(p.Name), s.key, s.renew
	if p.Model != "" {
		o.Known = slices.Insert(slices.DeleteFunc(slices.Clone(o.Known), func(m string) bool { return m == p.Model }), 0, p.Model)
	}
	return openai.New(o)
}

// converse is Bedrock's own wire.
func (a *App) converse(p Profile, row openai.Row, name string, service policy.Service, s credentials) client.Provider {
	known := row.Models
	if list := splitComma(p.Cloud["models"]); len(list) > 0 {
		known = list
	}
	if p.Model != "" && !slices.Contains(known, p.Model) {
		known = append([]string{p.Model}, known...)
	}
	o := bedrock.Options{
		ID: client.ID(p.Name), Name: name, Region: a.awsRegion(p), Service: service,
		Endpoint: cmp.Or(p.Endpoint, a.options.Env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")),
		HTTP:     a.network.Client(p.Name), Key: s.key, Renew: s.renew, Known: known,
	}
	if s.aws != nil {
		o.Config, o.Key = s.aws.Signing, nil
	}
	return bedrock.New(o)
}

// awsRegion is the region of a profile, else that of AWS's own variables.
func (a *App) awsRegion(p Profile) string {
	return cmp.Or(p.Cloud["region"], a.options.Env("AWS_REGION"), a.options.Env("AWS_DEFAULT_REGION"))
}

// credentials are how the requests of a profile are signed.
type credentials struct {
	key   client.KeyFunc
	renew func() bool
	aws   *signin.AWS // instead of a key, where the wire signs by itself
}

// signIn makes the credentials of a way. Nothing is looked at before a request.
func (a *App) signIn(p Profile, way string, key client.KeyFunc) credentials {
	if key == nil {
		key = a.keyFunc(p.Name)
	}
	o := signin.Options{
		Profile: p.Name, HTTP: a.network.Client(p.Name), Env: a.options.Env, ReadFile: os.ReadFile, Now: a.Now,
		Tune: a.network.Tuner(p.Name),
	}
	of := func(t *signin.Tokens) credentials { return credentials{key: t.Key, renew: t.Renew} }
	switch way {
	case openai.AuthNone:
		return credentials{}
	case openai.AuthCommand:
		return of(signin.Command(o, p.Cloud["token_command"]))
	case openai.AuthEntra:
		return of(signin.Entra(o, signin.EntraSettings{
			Tenant: p.Cloud["tenant"], ClientID: p.Cloud["client_id"], Scope: p.Cloud["scope"], Credential: p.Cloud["credential"],
		}))
	case openai.AuthGoogle:
		return of(signin.Google(o, p.Cloud["credentials_file"]))
	case openai.AuthIBM:
		return of(signin.IBM(o, p.Cloud["iam_endpoint"], key))
	case openai.AuthAWS:
		chain := signin.NewAWS(o, a.awsRegion(p), p.Cloud["aws_profile"])
		if p.Kind == "sagemaker" || p.Cloud["route"] != "" {
			t := chain.Bearer(p.Kind)
			return credentials{key: t.Key, renew: func() bool { return chain.Renew() && t.Renew() }}
		}
		return credentials{renew: chain.Renew, aws: chain}
	default:
		return credentials{key: key}
	}
}

// way is how a profile signs in; "" where its kind has one way only.
func (p Profile) way() string {
	row, ok := openai.RowOf(p.Kind)
	if !ok {
		if p.Cloud["token_command"] != "" {
			return openai.AuthCommand
		}
		return ""
	}
	way, _ := row.Way(p.Cloud)
	return way
}

// WantsKey reports whether a profile is signed in to with a key that a person
// gives; others sign in with what the company's cloud has on this machine.
func (p Profile) WantsKey() bool {
	switch p.way() {
	case "", openai.AuthKey, openai.AuthIBM:
		return p.Kind != LocalProfile
	default:
		return false
	}
}

// usual makes the provider of a server in the usual dialect.
func (a *App) usual(p Profile, service policy.Service, key client.KeyFunc) client.Provider {
	o := openai.Options{ID: client.ID(p.Name), Name: p.Name, BaseURL: p.Endpoint, Key: key, Service: service}
	if key == nil {
		s := a.signIn(p, p.way(), nil)
		o.Key, o.Renew = s.key, s.renew
	}
	if err := a.network.Trust(p.Name, a.authorities(p)); err != nil {
		return openai.NewBroken(o, fault.E("app.usual", fault.Invalid, nil, "path", p.Cloud["ca_file"], "field", "ca_file"))
	}
	o.HTTP = a.network.Client(p.Name)
	return openai.New(o)
}

// authorities reads the certificates of a company for a profile. A file that
// cannot be read gives what is no certificate: a name in the settings must not
// be passed over.
func (a *App) authorities(p Profile) []byte {
	path := p.Cloud["ca_file"]
	if path == "" {
		return nil
	}
	pem, err := readSmall(path)
	if err != nil || len(pem) == 0 {
		return []byte("unreadable")
	}
	return pem
}

// trustCompany lets every connection accept the authorities of the
// administrator's file and, where Go does not read it by itself, of
// SSL_CERT_FILE: reading a whole system's authorities twice would cost every
// start. A file that cannot be used is told by the doctor, and changes nothing.
func (a *App) trustCompany() {
	paths := []string{a.admin.CAFile}
	if slices.Contains([]string{"darwin", "ios", "windows"}, runtime.GOOS) {
		paths = append(paths, a.options.Env("SSL_CERT_FILE"))
	}
	var pem []byte
	for _, path := range paths {
		if path == "" {
			continue
		}
		if more, err := readSmall(path); err == nil {
			pem = append(append(pem, more...), '\n')
		}
	}
	if len(pem) > 0 {
		_ = a.network.Trust("", pem)
	}
}

// fixedKey is a key that is tried.
func fixedKey(key chat.Secret) client.KeyFunc {
	return func(context.Context) (chat.Secret, error) { return key, nil }
}

// splitComma splits a list with commas.
func splitComma(list string) []string {
	var words []string
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}
