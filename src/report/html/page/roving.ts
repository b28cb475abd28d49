/**
 * Lets the arrow keys, Home and End move between elements of a list of which one is a tab stop: a network of 300
 * layers would otherwise be 300 stops on the way to what follows it.
 */
export function rove(list: Element, selector: string): void {
  list.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || !(event.target instanceof Element)) return;
    const items = [...list.querySelectorAll<HTMLElement | SVGElement>(selector)];
    const at = (items as Element[]).indexOf(event.target);
    const to = at < 0 ? undefined : goal(event.key, at, items.length);
    if (to === undefined) return;
    event.preventDefault();
    items[at].tabIndex = -1;
    items[to].tabIndex = 0;
    items[to].focus();
  });
}

function goal(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

/** Scrolls a box, and nothing around it, until an element in it can be seen. */
export function reveal(box: Element, element: Element | null): void {
  if (!element) return;
  const [outer, inner] = [box.getBoundingClientRect(), element.getBoundingClientRect()];
  const HEAD = 40;
  if (inner.top < outer.top + HEAD) box.scrollTop -= outer.top + HEAD - inner.top;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom + HEAD;
}
