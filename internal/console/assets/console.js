// What the page does by itself: it takes new sections from the server as they
// come, posts its forms as JSON, and lets one read and zoom the chart. The server
// draws everything; see live.go.
'use strict'

const find = (id) => document.getElementById(id)

// Keeping up with the server.

let stream, retry

function connect() {
  disconnect()
  const query = new URLSearchParams(location.search)
  const box = filterBox()
  if (box && box !== document.activeElement) box.value = query.get('filter') || ''
  query.set('width', Math.round(find('history').clientWidth || find('target').clientWidth) - 34)
  stream = new EventSource('/live?' + query)
  stream.onopen = () => tell('on', 'Live')
  stream.onmessage = (event) => update(JSON.parse(event.data))
  stream.onerror = () => {
    tell('off', 'Not connected')
    if (stream.readyState === EventSource.CLOSED) retry = setTimeout(connect, 3000)
  }
}

function disconnect() {
  clearTimeout(retry)
  if (stream) stream.close()
}

function tell(state, text) {
  find('link').className = 'link ' + state
  const words = find('link').querySelector('.link-text')
  if (words.textContent !== text) words.textContent = text
}

function update(change) {
  for (const [id, html] of Object.entries(change.sections)) {
    const wanted = document.createElement('template')
    wanted.innerHTML = html
    patch(find(id), wanted.content)
  }
  find('history').hidden = !find('history').childElementCount
  if (change.title) document.title = change.title
  if (change.news) find('news').textContent = change.news
  chart.refresh()
}

// patch makes the children of an element like others and keeps what can stay, so
// that the focus, what is typed and what is unfolded survive.
function patch(element, wanted) {
  const named = new Map()
  for (const child of element.children) if (child.id) named.set(child.id, child)
  let at = element.firstChild
  for (const want of [...wanted.childNodes]) {
    const same = want.id ? named.get(want.id) : at && !at.id && at.nodeName === want.nodeName ? at : null
    if (!same) {
      element.insertBefore(want, at)
      continue
    }
    if (same === at) at = at.nextSibling
    else element.insertBefore(same, at)
    if (same.nodeType !== Node.ELEMENT_NODE) {
      if (same.data !== want.data) same.data = want.data
    } else if (!same.hasAttribute('data-keep')) {
      patchAttributes(same, want)
      patch(same, want)
    }
  }
  while (at) {
    const next = at.nextSibling
    at.remove()
    at = next
  }
}

function patchAttributes(element, want) {
  for (const { name } of [...element.attributes]) {
    const unfolded = name === 'open' && element.nodeName === 'DETAILS'
    if (!unfolded && !want.hasAttribute(name)) element.removeAttribute(name)
  }
  for (const { name, value } of want.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value)
  }
}

// Going elsewhere without leaving the page.

function go(query) {
  history.pushState(null, '', '/?' + query)
  connect()
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-nav]')
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  go(new URL(link.href).searchParams)
})

// The list follows what is typed into its filter.

const filterBox = () => document.querySelector('#filter [type=search]')
let typed

function filter() {
  clearTimeout(typed)
  const query = new URLSearchParams(location.search)
  const words = filterBox().value.trim()
  if (words) query.set('filter', words)
  else query.delete('filter')
  history.replaceState(null, '', '/?' + query)
  connect()
}

document.addEventListener('input', (event) => {
  if (event.target !== filterBox()) return
  clearTimeout(typed)
  typed = setTimeout(filter, 150)
})

addEventListener('popstate', connect)
addEventListener('pagehide', disconnect)
// A browser has few connections for one server, and other windows want them.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) disconnect()
  else connect()
})

let resized
let width = innerWidth
addEventListener('resize', () => {
  if (innerWidth === width) return
  width = innerWidth
  clearTimeout(resized)
  resized = setTimeout(connect, 200)
})

// Forms. A button with a body says it all; otherwise the fields do, by names such as
// traffic.rate: all but those of a kind that is not chosen, also such as are folded up.

const counts = (field) => {
  const kind = field.closest('[data-kind]')
  return !kind || getComputedStyle(kind).display !== 'none'
}

document.addEventListener('submit', async (event) => {
  const form = event.target
  if (form.id === 'filter') {
    event.preventDefault()
    return filter()
  }
  if (!form.dataset.method) return
  event.preventDefault()
  const given = event.submitter && event.submitter.dataset.body
  const fields = [...form.elements].filter((e) => e.name && counts(e) && (e.type !== 'radio' || e.checked))
  for (const field of fields) field.setCustomValidity('')
  if (given) return send(form, JSON.parse(given), fields)
  for (const field of fields) {
    if (!field.checkValidity()) return refuse(field, '')
  }
  let body
  try {
    body = compose(await values(fields))
  } catch (problem) {
    show(form.querySelector('output'), problem.message, true)
    return refuse(fields.find((field) => field.name === problem.field), problem.message)
  }
  send(form, body, fields)
})

// refuse shows what is wrong with a field, where it is.
function refuse(field, text) {
  if (!field) return
  const folded = field.closest('details')
  if (folded) folded.open = true
  field.setCustomValidity(text)
  field.reportValidity()
}

document.addEventListener('input', (event) => event.target.setCustomValidity && event.target.setCustomValidity(''))

// values reads fields. One that is empty and need not be filled in says nothing.
async function values(fields) {
  const body = {}
  for (const field of fields) {
    const { name, type } = field
    let { value } = field
    if (type === 'checkbox' ? !field.checked : !value && !field.required) continue
    if (type === 'number') value = Number(value)
    if (type === 'checkbox') value = true
    if (type === 'file') value = await field.files[0].text()
    const path = name.split('.')
    let at = body
    for (const member of path.slice(0, -1)) at = at[member] ??= {}
    at[path.at(-1)] = value
  }
  return body
}

// compose makes traffic of what a form has for it: JSON, or fields and noise.
function compose({ json, noise, ...body }) {
  if (json) {
    try {
      body.traffic = JSON.parse(json)
    } catch (problem) {
      throw Object.assign(new Error('This is no JSON: ' + problem.message), { field: 'json' })
    }
  }
  if (noise && noise.percent) {
    const { percent, seed } = noise
    body.traffic = { type: 'noise', deviation: percent / 100, ...(seed && { seed: Number(seed) }), of: [body.traffic] }
  }
  return body
}

async function send(form, body, fields) {
  const output = form.querySelector('output')
  let { method } = form.dataset
  let address = form.getAttribute('action')
  if (body.traffic && body.traffic.type === 'off') {
    method = 'DELETE'
    delete body.traffic
  }
  if (method === 'DELETE') address += '?' + new URLSearchParams(body)
  const request = { method }
  if (method !== 'DELETE') {
    request.headers = { 'Content-Type': 'application/json' }
    request.body = JSON.stringify(body)
  }
  try {
    const response = await fetch(address, request)
    if (response.ok) return show(output, output && output.dataset.done, false)
    const answer = await response.json().catch(() => ({}))
    const text = answer.error || 'The lab answered ' + response.status + '.'
    show(output, text, true)
    // An answer begins with what it is about, such as traffic.of[0].high.
    const member = /([a-zA-Z]+)(\[\d+])?: /.exec(text)
    refuse(fields.find((field) => member && field.name.split('.').at(-1) === member[1]) || fields.find((field) => field.name === 'json'), text)
  } catch {
    show(output, 'The lab does not answer.', true)
  }
}

function show(output, text, failed) {
  if (!output) return
  output.className = failed ? 'failed' : ''
  output.textContent = text || ''
  clearTimeout(output.timer)
  if (!failed) output.timer = setTimeout(() => { output.textContent = '' }, 4000)
}

// The chart: what is at a time is read from the series that come with it.

const chart = {
  at: null, // what the cursor is on, in milliseconds

  get element() { return find('chart') },

  number(name) { return Number(this.element.dataset[name]) },

  get stretch() { return { from: this.number('from'), to: this.number('to') } },

  // time and place turn a place in the element, in pixels, into a time and back.
  time(x) {
    const { from, to } = this.stretch
    const scale = this.number('width') / this.element.clientWidth
    const part = (x * scale - this.number('left')) / (this.number('width') - this.number('left') - this.number('right'))
    return from + Math.min(1, Math.max(0, part)) * (to - from)
  },

  place(at) {
    const { from, to } = this.stretch
    const part = Math.min(1, Math.max(0, (at - from) / (to - from)))
    return (this.number('left') + part * (this.number('width') - this.number('left') - this.number('right'))) / this.number('width') * 100
  },

  refresh() {
    if (!this.element) return
    const { from, to } = this.stretch
    const pointer = find('pointer')
    pointer.setAttribute('aria-valuemin', Math.round(from / 1000))
    pointer.setAttribute('aria-valuemax', Math.round(to / 1000))
    this.series = JSON.parse(this.element.dataset.series)
    if (this.at !== null && this.at < from) this.at = null
    this.read(this.at)
  },

  // read puts the cursor on a time, or takes it away.
  read(at) {
    this.at = at
    const pointer = find('pointer')
    let cross = pointer.querySelector('.cross')
    if (at === null) {
      if (cross) cross.remove()
      find('readout').textContent = find('readout').dataset.hint
      return
    }
    if (!cross) {
      cross = document.createElement('div')
      cross.className = 'cross'
      pointer.append(cross)
    }
    cross.style.left = this.place(at) + '%'
    const parts = [new Date(at).toISOString().slice(0, 16).replace('T', ' ') + ' UTC']
    for (const s of this.series) {
      const point = s.points.findLast(([time]) => time <= at)
      if (!point || point[1] === null || at - point[0] >= (s.holds || Infinity)) continue
      const [value, low, high] = point.slice(1).map((v) => v.toLocaleString('en', { maximumSignificantDigits: 4 }))
      parts.push(s.name + ' ' + value + (low === high ? '' : ' (' + low + ' to ' + high + ')'))
    }
    pointer.setAttribute('aria-valuenow', Math.round(at / 1000))
    pointer.setAttribute('aria-valuetext', parts.join(', '))
    find('readout').replaceChildren(...parts.map((part, i) => {
      const word = document.createElement(i ? 'span' : 'b')
      word.textContent = part
      return word
    }))
  },

  // zoom shows another stretch; one that ends now goes on to follow the clock.
  zoom(from, to) {
    const query = new URLSearchParams(location.search)
    for (const name of ['range', 'from', 'to']) query.delete(name)
    const length = Math.max(120e3, to - from)
    if (to >= this.stretch.to && this.element.dataset.live === 'true') query.set('range', Math.round(length / 1000) + 's')
    else {
      query.set('from', Math.round((to - length) / 1000))
      query.set('to', Math.round(to / 1000))
    }
    go(query)
  },

  // move is what the buttons and the keys do.
  move(how) {
    const { from, to } = this.stretch
    const length = to - from
    const fixed = this.at ?? to
    const part = (fixed - from) / length
    switch (how) {
      case 'in': return this.zoom(fixed - length / 2 * part, fixed + length / 2 * (1 - part))
      case 'out': return this.zoom(fixed - length * 2 * part, fixed + length * 2 * (1 - part))
      case 'earlier': return this.zoom(from - length / 2, to - length / 2)
      case 'later': return this.zoom(from + length / 2, to + length / 2)
    }
  },
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-zoom]')
  if (button && chart.element) chart.move(button.dataset.zoom)
})

const keys = { '+': 'in', '=': 'in', '-': 'out', PageUp: 'earlier', PageDown: 'later' }

document.addEventListener('keydown', (event) => {
  if (event.target.id !== 'pointer' || event.ctrlKey || event.metaKey || event.altKey) return
  const { from, to } = chart.stretch
  const step = (to - from) / (event.shiftKey ? 12 : 120)
  const at = chart.at ?? to
  if (event.key === 'ArrowLeft') chart.read(Math.max(from, at - step))
  else if (event.key === 'ArrowRight') chart.read(Math.min(to, at + step))
  else if (event.key === 'Home') chart.read(from)
  else if (event.key === 'End') chart.read(to)
  else if (event.key === 'Escape') chart.read(null)
  else if (keys[event.key]) chart.move(keys[event.key])
  else return
  event.preventDefault()
})

// Dragging selects a stretch.
let began = null

document.addEventListener('pointerdown', (event) => {
  if (event.target.id !== 'pointer' || event.button) return
  began = event.offsetX
  event.target.setPointerCapture(event.pointerId)
})

document.addEventListener('pointermove', (event) => {
  if (event.target.id !== 'pointer') return
  chart.read(chart.time(event.offsetX))
  if (began === null || Math.abs(event.offsetX - began) < 6) return
  let brush = event.target.querySelector('.brush')
  if (!brush) {
    brush = document.createElement('div')
    brush.className = 'brush'
    event.target.append(brush)
  }
  brush.style.left = Math.min(began, event.offsetX) + 'px'
  brush.style.width = Math.abs(began - event.offsetX) + 'px'
})

function release(event) {
  if (began === null) return
  const brush = find('pointer') && find('pointer').querySelector('.brush')
  if (brush) brush.remove()
  if (brush && event.type === 'pointerup') {
    const [from, to] = [began, event.offsetX].sort((a, b) => a - b)
    chart.zoom(chart.time(from), chart.time(to))
  }
  began = null
}

document.addEventListener('pointerup', release)
document.addEventListener('pointercancel', release)
document.addEventListener('pointerout', (event) => {
  if (event.target.id === 'pointer' && began === null && document.activeElement !== event.target) chart.read(null)
})

connect()
