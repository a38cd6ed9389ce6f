import { h } from './dom.ts';

const SVG = 'http://www.w3.org/2000/svg';
// Codicons have no hand; this one is drawn on their 16 px grid.
const HAND =
  'M5.5 8.2V3.6a1 1 0 0 1 2 0V7.3M7.5 7.3V2.5a1 1 0 0 1 2 0V7.3M9.5 7.3V3.4a1 1 0 0 1 2 0V8M11.5 8V5.4a1 1 0 0 1 2 0V9.8c0 2.9-1.9 4.7-4.5 4.7-2.1 0-3.2-1-4.2-2.6L3 9.1c-.6-1 .7-1.9 1.5-1.1l1 1.1V7.6';

/** A codicon by name, or `hand`; decoration only, hidden from screen readers. */
export function icon(name: string): HTMLElement {
  const elem = h('span', { attrs: { 'aria-hidden': 'true' } });
  setIcon(elem, name);
  return elem;
}

/** Changes which icon an element made by `icon` shows. A trailing `-off` strikes it through. */
export function setIcon(elem: HTMLElement, name: string): void {
  if (elem.dataset['icon'] === name) return;
  elem.dataset['icon'] = name;
  const off = name.endsWith('-off') && name !== 'layout-sidebar-right-off';
  const base = off ? name.slice(0, -'-off'.length) : name;
  elem.className = `icon${base === 'hand' ? '' : ` codicon codicon-${base}`}${off ? ' struck' : ''}`;
  elem.replaceChildren(...(base === 'hand' ? [hand()] : []));
}

/** An icon that says something on its own. */
export function spokenIcon(name: string, label: string): HTMLElement {
  const elem = icon(name);
  elem.removeAttribute('aria-hidden');
  elem.setAttribute('role', 'img');
  elem.setAttribute('aria-label', label);
  elem.title = label;
  return elem;
}

function hand(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'hand');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', HAND);
  svg.append(path);
  return svg;
}
