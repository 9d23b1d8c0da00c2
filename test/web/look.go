package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// Look is a width of the window in pixels, and a colour scheme.
type Look struct {
	Width  int64
	Scheme string // light or dark
}

func (l Look) String() string { return fmt.Sprintf("%s at %d pixels", l.Scheme, l.Width) }

// Looks are those that pages are made for.
var Looks = []Look{{400, "light"}, {400, "dark"}, {1600, "light"}, {1600, "dark"}}

// contrasts lists the texts whose contrast with what is behind them is less than
// 4.5 (WCAG 2.2, 1.4.3), and the lines and shapes of pictures where it is less than
// 3 (1.4.11). Behind what is in a picture is its background,
// or where it has none that of the page.
const contrasts = `(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = channels(getComputedStyle(e).backgroundColor)
      if (color.length < 4 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const poor = []
  const compare = (what, front, back, least) => {
    const [a, b] = [luminance(front), luminance(back)]
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
    if (ratio < least) poor.push(what + ' ' + ratio.toFixed(2))
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const text = walker.currentNode.data.trim()
    if (!text || !element.checkVisibility() || element.closest('.sr, svg, :disabled')) continue
    compare(text.slice(0, 40), channels(getComputedStyle(element).color), behind(element), 4.5)
  }
  let texts = 0
  for (const picture of document.querySelectorAll('svg')) {
    if (!picture.checkVisibility()) continue
    const ground = picture.querySelector('.bg')
    const fill = ground ? getComputedStyle(ground).fill : 'none'
    const back = fill === 'none' ? behind(picture) : channels(fill)
    for (const e of picture.querySelectorAll('text')) {
      compare(e.textContent, channels(getComputedStyle(e).fill), back, 4.5)
      texts++
    }
    for (const e of picture.querySelectorAll('.s')) compare(e.className.baseVal, channels(getComputedStyle(e).stroke), back, 3)
    for (const e of picture.querySelectorAll('[class^="f-"]')) compare(e.className.baseVal, channels(getComputedStyle(e).fill), back, 3)
  }
  if (document.querySelector('svg .bg') && texts < 10) poor.push('there are only ' + texts + ' texts in pictures')
  return [...new Set(poor)]
})()`

// Looks fails the test if the page is wider than the window, is not of the colour
// scheme, or has too little contrast.
func (p *Page) Looks(at string, look Look) {
	p.Helper()
	if wide := Value[int64](p, "document.documentElement.scrollWidth"); wide > look.Width {
		p.Errorf("%s: the page is %d pixels wide", at, wide)
	}
	light := Value[bool](p, "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((v) => v > 128)")
	if light != (look.Scheme == "light") {
		p.Errorf("%s: the background is not of that scheme", at)
	}
	for _, poor := range Value[[]string](p, contrasts) {
		p.Errorf("%s: too little contrast: %s", at, poor)
	}
}

// named are the roles that need a name.
var named = []string{
	"button", "link", "textbox", "spinbutton", "combobox", "radio", "slider", "img", "image", "table", "region", "navigation", "main",
	"complementary", "radiogroup", "heading", "columnheader",
}

// nameless are the roles of named that may go without: there is one of each.
var nameless = []string{"main", "table"}

// Names fails the test if a control, a landmark or a picture has no name for those
// who do not see it, or if there are fewer of them than there should be.
func (p *Page) Names(at string, least int) {
	p.Helper()
	tree, err := chromedp.Call(p.Browser, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	p.Must(err)
	found := 0
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		role := strings.Trim(string(node.Role.Value), `"`)
		if !slices.Contains(named, role) || slices.Contains(nameless, role) {
			continue
		}
		found++
		if node.Name == nil || strings.Trim(string(node.Name.Value), `"`) == "" {
			p.Errorf("%s: a %s has no name", at, role)
		}
	}
	for _, group := range Value[[]string](p, "[...document.querySelectorAll('[role=group], fieldset')].filter((e) => !e.ariaLabel && !e.querySelector('legend')).map((e) => e.outerHTML)") {
		p.Errorf("%s: a group has no name: %s", at, group)
	}
	if found < least {
		p.Errorf("%s: only %d elements are for those who do not see the page", at, found)
	}
}
