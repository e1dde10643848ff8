package widget

// Room is how many lines the answers take: with every explanation, and with
// that of the selected one alone.
func (c *Choice) Room() (full, least int) {
	all, _ := c.draw(true)
	one, _ := c.draw(false)
	return len(all), len(one)
}
