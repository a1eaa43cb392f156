'use strict';
// The pages are whole without this file. It fetches them again when something happens and puts the parts marked data-live
// in place, searches and adds titles, explains names while they are typed, and sends what buttons ask for.

const said = document.getElementById('said');
const say = (text, bad) => { if (said) { said.textContent = text; said.className = bad ? 'bad' : ''; } };

async function api(method, path, body, type) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers['Content-Type'] = type || 'application/json';
    options.body = type ? body : JSON.stringify(body);
  }
  const answer = await fetch('/api/v1' + path, options);
  if (answer.status === 401) location.assign('/login');
  const value = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new Error(value.detail || value.title || answer.statusText);
  return value;
}

async function told(work) {
  try { await work(); } catch (e) { say(e.message, true); }
}

// Live parts.
let fetching = false, wanted = false, timer = 0;

async function refresh(which, from) {
  if (fetching) { wanted = true; return; }
  fetching = true;
  try {
    const answer = await fetch(from || location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    if (answer.redirected) { location.reload(); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const old of document.querySelectorAll(which)) {
      const now = fresh.getElementById(old.id);
      if (!now || now.outerHTML === old.outerHTML || old.contains(document.activeElement)) continue;
      const open = [...old.querySelectorAll('details')].map((d) => d.open);
      old.replaceWith(document.adoptNode(now));
      now.querySelectorAll('details').forEach((d, i) => { d.open = open[i] || false; });
    }
  } catch { /* the stream of events tells that the daemon is away */ } finally {
    fetching = false;
    if (wanted) { wanted = false; soon(); }
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => refresh('[data-live]'), 250);
}

if (document.querySelector('[data-live]')) {
  const live = document.getElementById('live');
  const streams = document.querySelector('[data-live="streams"]');
  const events = new EventSource('/api/v1/events' + (streams ? '?streams=true' : ''));
  events.addEventListener('open', () => { live.textContent = 'live'; soon(); });
  events.addEventListener('error', () => { live.textContent = 'not connected'; });
  events.addEventListener('item', soon);
  events.addEventListener('path', soon);
  events.addEventListener('streams', () => { if (!document.hidden && !fetching) refresh('[data-live="streams"]', '/streams'); });
  setInterval(() => { if (!document.hidden) refresh('[data-live]'); }, 5000);
}

// Add a title.
function card(title) {
  const li = document.createElement('li');
  const add = (tag, text, where = li) => {
    const e = document.createElement(tag);
    e.textContent = text;
    where.append(e);
    return e;
  };
  add('b', title.name + (title.year ? ' (' + title.year + ')' : ''));
  add('span', title.kind === 'show' ? 'Show' : 'Film').className = 'dim';
  if (title.overview) add('p', title.overview);
  if (title.items.length) {
    add('a', 'In the library').href = '/items/' + title.items[0];
    return li;
  }
  const button = add('button', 'Add');
  button.type = 'button';
  button.addEventListener('click', () => told(async () => {
    button.disabled = true;
    try {
      const item = await api('POST', '/items', { ids: title.ids, kind: title.kind, name: title.name, year: title.year || 0 });
      say(item.label + ' is wanted now.');
      const link = document.createElement('a');
      link.href = '/items/' + item.id;
      link.textContent = 'In the library';
      button.replaceWith(link);
      link.focus();
    } finally { button.disabled = false; }
  }));
  return li;
}

document.getElementById('search')?.addEventListener('submit', (e) => {
  e.preventDefault();
  told(async () => {
    say('Searching…');
    const found = document.getElementById('found');
    found.replaceChildren();
    const { titles } = await api('GET', '/search?q=' + encodeURIComponent(e.target.q.value));
    found.replaceChildren(...titles.map(card));
    say(titles.length ? titles.length + ' found.' : 'Nothing of that name was found.');
  });
});

// What buttons of an item ask for. They are replaced with the part that they stand in, so that the document listens.
document.addEventListener('click', (e) => {
  const button = e.target.closest('button[data-act], button[data-remove]');
  if (!button) return;
  const id = button.closest('[data-item]').dataset.item;
  told(async () => {
    button.blur();
    if (button.dataset.act) {
      const loses = { reset: 'Its files leave the library and it is searched anew.', blacklist: 'Its files leave the library and it is not fetched again.' };
      if (loses[button.dataset.act] && !confirm(loses[button.dataset.act])) return;
      const item = await api('POST', '/items/' + id + '/' + button.dataset.act);
      say(item.label + ' is ' + item.state + ' now.');
      soon();
      return;
    }
    const would = await api('DELETE', '/items/' + id + '?preview=true');
    const lines = ['Remove ' + would.item.label + '?', would.paths.length + ' files leave the library.'];
    if (would.releases.length) lines.push(would.releases.length + ' releases leave the accounts.');
    if (!confirm(lines.join('\n'))) return;
    await api('DELETE', '/items/' + id);
    location.assign('/');
  });
});

document.getElementById('import')?.addEventListener('submit', (e) => {
  e.preventDefault();
  told(async () => {
    const form = e.target, path = '/items/' + form.dataset.item + '/import', file = form.torrent.files[0];
    if (!file && !form.magnet.value.trim()) throw new Error('Give a magnet link or a .torrent file.');
    const done = file ? await api('POST', path, file, 'application/x-bittorrent') : await api('POST', path, { magnet: form.magnet.value.trim() });
    say(done.text);
    form.reset();
  });
});

// Explain names. The server writes the explanation; here it is put in place.
let asked = 0;

async function explanation(address) {
  const mine = ++asked;
  const answer = await fetch(address, { headers: { Accept: 'text/html' } });
  if (answer.redirected) { location.assign('/login'); return null; }
  const result = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('result');
  if (mine !== asked) return null; // something else was asked meanwhile
  if (!result) throw new Error(answer.statusText || 'The daemon gave no explanation.');
  return document.adoptNode(result);
}

const rank = document.getElementById('rank');
if (rank) {
  const explain = () => told(async () => {
    const query = new URLSearchParams([...new FormData(rank)].filter(([, value]) => value.trim()));
    const result = await explanation('/rank?' + query);
    if (!result) return;
    document.getElementById('result').replaceWith(result);
    history.replaceState(null, '', '/rank?' + query);
  });
  let typing = 0;
  rank.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(explain, 200); });
  rank.addEventListener('submit', (e) => { e.preventDefault(); clearTimeout(typing); explain(); });
}

document.addEventListener('click', (e) => {
  const link = e.target.closest('a[data-explain]');
  const dialog = document.getElementById('explained');
  if (!link || !dialog || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  told(async () => {
    const result = await explanation(link.href);
    if (!result) return;
    result.removeAttribute('id');
    dialog.lastElementChild.replaceChildren(result);
    dialog.showModal();
  });
});
