package app

import (
	"context"
	"strconv"

	"bise/app/chat"
	"bise/app/policy"
	"bise/client"
)

// Spent is what answers took: tokens as the services counted them, and what
// they may have cost.
type Spent struct {
	Answers int
	// Prompt, Completion, Cached and Reasoning are sums of tokens.
	Prompt, Completion, Cached, Reasoning int
	// Uncounted are answers whose service gave no count.
	Uncounted int
	// Amount is an estimate in Currency for the answers that are Priced; those
	// that are Unpriced were counted and have no line in the price table.
	Amount   float64
	Currency string
	Priced   int
	Unpriced int
	// Free are answers made on this machine.
	Free int
}

// Total is all tokens.
func (s Spent) Total() int { return s.Prompt + s.Completion }

// UsageReport is what a conversation has used.
type UsageReport struct {
	Conversation chat.ConversationID
	Title        string
	Spent
	// Prices says which table the estimate comes from.
	Prices PriceTable
}

// UsageOf adds up what the answers of a conversation took, every branch
// included: a branch that was left has been paid for.
func (a *App) UsageOf(s *Session) (UsageReport, error) {
	table, err := a.Prices()
	if err != nil {
		return UsageReport{}, err
	}
	c := s.Snapshot()
	report := UsageReport{Conversation: c.ID, Title: c.Title, Prices: table}
	report.Currency = table.Currency
	for _, m := range c.Messages {
		if m.Role == chat.Assistant {
			a.spend(&report.Spent, table, m)
		}
	}
	return report, nil
}

// UsageOfAnswer is UsageOf for one answer.
func (a *App) UsageOfAnswer(m chat.Message) (Spent, error) {
	table, err := a.Prices()
	if err != nil {
		return Spent{}, err
	}
	spent := Spent{Currency: table.Currency}
	a.spend(&spent, table, m)
	return spent, nil
}

// UsageIn is UsageOf for a conversation of the history.
func (a *App) UsageIn(ctx context.Context, id chat.ConversationID) (UsageReport, error) {
	s, err := a.OpenSession(ctx, id)
	if err != nil {
		return UsageReport{}, err
	}
	return a.UsageOf(s)
}

func (a *App) spend(s *Spent, table PriceTable, m chat.Message) {
	s.Answers++
	if !m.Usage.Known {
		s.Uncounted++
		return
	}
	s.Prompt += m.Usage.Prompt
	s.Completion += m.Usage.Completion
	s.Cached += m.Usage.Cached
	s.Reasoning += m.Usage.Reasoning
	if m.Service == string(policy.Local) {
		s.Free++
		return
	}
	price, ok := table.price(a.priceNames(m)...)
	if !ok {
		s.Unpriced++
		return
	}
	s.Priced++
	s.Amount += table.cost(price, m.Usage, a.Describe(m.Provider).Region != "")
}

// priceNames are the names under which an answer's model may be priced, the one
// that really answered first.
func (a *App) priceNames(m chat.Message) []string {
	names := []string{m.Model}
	l, ok := a.cachedModels(a.Describe(m.Provider))
	for _, model := range l.Models {
		if !ok || model.Badge == client.Agent || !model.Named(m.Model) && (m.Model != "" || !model.Named(m.Asked)) {
			continue
		}
		names = append(append(names, model.ID, model.Name), model.Aliases...)
	}
	if m.Model == "" {
		names = append(names, m.Asked)
	}
	return names
}

// EstimateLines says an estimate in words, with what it rests on and what it
// does not hold; none where nothing has a price.
func (a *App) EstimateLines(u UsageReport) []string {
	var lines []string
	if u.Priced > 0 {
		lines = append(lines, a.word("usage.estimate", "Amount", Money(u.Amount), "Currency", u.Currency, "Date", u.Prices.Date))
	}
	if u.Unpriced > 0 && a.options.Words != nil {
		lines = append(lines, a.options.Words.N("usage.unpriced", u.Unpriced))
	}
	return lines
}

// Money writes an amount so that a small one is not nothing.
func Money(amount float64) string {
	digits := 2
	for limit := 1.0; amount > 0 && amount < limit && digits < 6; digits++ {
		limit /= 10
	}
	return strconv.FormatFloat(amount, 'f', digits, 64)
}
