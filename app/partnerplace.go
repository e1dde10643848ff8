package app

import (
	"cmp"
	"context"
	"errors"
	"net/url"

	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
)

// partnerPlace says which company answers, with whose product, and where:
// "Contoso Cloud (Azure, Sweden)".
func (a *App) partnerPlace(d Descriptor, f policy.Facts) string {
	p, err := a.Profile(string(d.ID))
	if err != nil {
		return d.Name
	}
	return a.word("place.partner", "Partner", f.Get("partner"), "Name", d.Name, "Host", d.Host,
		"Product", cmp.Or(p.Product(), d.Host), "Country", p.Cloud["country"])
}

// Called is what a provider is called in a sentence that says where it is: of a
// partner its place says both.
func (a *App) Called(provider string) string {
	d := a.Describe(provider)
	if d.Service == policy.Partner {
		return a.Place(provider, false).Where
	}
	return d.Name
}

// proxyVariables name the proxies of a run.
var proxyVariables = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}

// checkCompany looks at what a company sets up around the profiles: its proxy,
// its certificates. What is not set up is not told.
func (a *App) checkCompany() []Check {
	var checks []Check
	for _, name := range proxyVariables {
		u, err := url.Parse(a.options.Env(name))
		if err != nil || u.Host == "" {
			continue
		}
		checks = append(checks, says("proxy", "doctor.proxy", "Variable", name, "Host", u.Host))
		break
	}
	for name, path := range map[string]string{"ca_file": a.admin.CAFile, "SSL_CERT_FILE": a.options.Env("SSL_CERT_FILE")} {
		if path == "" {
			continue
		}
		pem, err := readSmall(path)
		if err == nil && client.NewNetwork(client.NetworkOptions{LocalOnly: true}).Trust("", pem) != nil {
			err = errors.New("no certificates")
		}
		if err != nil {
			checks = append(checks, Check{Name: "certificates", State: CheckWarn, Err: fault.E("app.Doctor", fault.Invalid, plainCause(err), "path", path, "field", name)})
			continue
		}
		checks = append(checks, says("certificates", "doctor.certificates", "Path", path))
	}
	return checks
}

// checkPartners says how each profile at a partner is set up, as a help desk
// needs to know it and without a secret.
func (a *App) checkPartners() []Check {
	var checks []Check
	for _, p := range a.Profiles() {
		row, ok := openai.RowOf(p.Kind)
		if !ok {
			continue
		}
		name := "profile:" + p.Name
		way, err := row.Way(p.Cloud)
		if err != nil {
			if e, ok := fault.As(err); ok && e.Detail != nil {
				e.Detail["profile"] = p.Name
			}
			checks = append(checks, Check{Name: name, State: CheckFail, Err: err})
			continue
		}
		f, err := a.Facts(p.Name)
		if err != nil {
			checks = append(checks, Check{Name: name, State: CheckFail, Err: err})
			continue
		}
		c := says(name, "doctor.partner", "Product", row.Product, "Host", a.Describe(p.Name).Host, "Way", a.word("signin.way."+way),
			"Variable", a.keyFrom(row, way), "Model", p.Model)
		if f.Get("partner") == "" || f.Get("partner_contact") == "" {
			c = says(name, "doctor.partner_unnamed", "Product", row.Product, "Profile", p.Name).as(CheckWarn)
		}
		checks = append(checks, c)
	}
	return checks
}

// keyFrom names the environment variable that holds the key, "" if none does.
func (a *App) keyFrom(row openai.Row, way string) string {
	if way != openai.AuthKey && way != openai.AuthIBM {
		return ""
	}
	for _, name := range row.Variables {
		if a.options.Env(name) != "" {
			return name
		}
	}
	return ""
}

// answers asks a partner whether the model would answer: its list of models,
// where there is one, does not say it.
func (a *App) answers(ctx context.Context, p client.Provider) error {
	profile, err := a.Profile(string(p.Describe().ID))
	if err != nil {
		return nil
	}
	if _, ok := openai.RowOf(profile.Kind); !ok {
		return nil
	}
	m, ok := p.(interface {
		CheckModel(ctx context.Context, model string) error
	})
	if !ok || profile.Model == "" {
		return check(ctx, p)
	}
	return m.CheckModel(ctx, profile.Model)
}

// endModel records in a profile that the end of a model was announced, so that
// lists know it while the history is closed.
func (a *App) endModel(profile, model, day string) error {
	p, err := a.Profile(profile)
	if err != nil {
		return err
	}
	model = cmp.Or(model, p.Model)
	if model == "" {
		return nil
	}
	return a.Configure(func(c *Config) {
		own, ok := c.Profiles[profile]
		if !ok {
			own = Profile{Kind: p.Kind}
		}
		ends := map[string]string{model: day}
		for name, at := range own.Ends {
			if name != model {
				ends[name] = at
			}
		}
		own.Ends = ends
		if c.Profiles == nil {
			c.Profiles = make(map[string]Profile)
		}
		c.Profiles[profile] = own
	})
}

// ending is the day on which the end of the profile's own model was announced,
// "" if it was not.
func (p Profile) ending() string { return p.Ends[p.Model] }
