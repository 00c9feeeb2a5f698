import type { Page } from 'playwright-core';

/** What is folded is part of the page too. */
export const unfold = async (page: Page): Promise<void> =>
  await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));

/**
 * Goes through a page, or its dialog, by the Tab key, and uses each control as it comes: Enter and Space where they press
 * it, else a key that sets it. What a press would do is kept from happening.
 * @returns what it does not come to, shows no sign of, or what does not hear the key
 */
export async function unusable(page: Page, within = 'body'): Promise<string[]> {
  // As text: what compiles this file adds helpers that no page has.
  const count = (await page.evaluate(`{
    const root = document.querySelector(${JSON.stringify(within)});
    const controls = [...root.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary')];
    window.left = new Set(controls.filter((one) => one.checkVisibility({ contentVisibilityAuto: false }) && !one.disabled));
    window.bad = new Map();
    window.heard = [];
    const keep = (event) => {
      window.heard.push(event.target, event.target.closest?.('a,button,summary,label,input'));
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.away?.();
    for (const type of ['click', 'submit', 'input', 'change']) window.addEventListener(type, keep, true);
    window.away = () => { for (const type of ['click', 'submit', 'input', 'change']) window.removeEventListener(type, keep, true); };
    document.activeElement?.blur();
    scrollTo(0, 0);
    window.left.size;
  }`)) as number;
  for (let times = 0; times < count + 20; times += 1) {
    await page.keyboard.press('Tab');
    const keys = (await page.evaluate(`{
      const at = document.activeElement;
      // Of a group of radio buttons the keyboard goes to one, and on by arrows.
      for (const one of [...window.left]) if (one === at || (at.type === 'radio' && one.name === at.name)) window.left.delete(one);
      const signs = [at, at.closest('label'), at.closest('a')].filter(Boolean).map((one) => getComputedStyle(one));
      if (at !== document.body && signs.every(({ outlineStyle }) => outlineStyle === 'none')) window.bad.set(at, 'no sign of the focus');
      const type = at.matches('input') ? at.type : at.localName;
      ({ a: ['Enter'], summary: ['Enter', 'Space'], button: ['Enter', 'Space'], file: ['Space'], checkbox: ['Space'],
         radio: at.checked ? [] : ['Space'], range: ['ArrowRight'], select: ['ArrowDown'],
         number: ['1'], textarea: ['x'], text: ['x'], search: ['x'], password: ['x'] })[type] ?? [];
    }`)) as string[];
    for (const key of keys) {
      await page.evaluate('window.heard = []');
      await page.keyboard.press(key);
      await page.evaluate(`{
        const at = document.activeElement;
        // A range at its end, and a list of one, have nowhere to go.
        const isStill = (at.type === 'range' && at.value === at.max) || (at.localName === 'select' && at.selectedIndex === at.length - 1);
        if (!isStill && !window.heard.includes(at)) window.bad.set(at, 'does not hear ${key}');
      }`);
    }
  }
  return (await page.evaluate(`{
    window.away();
    [...[...window.left].map((one) => [one, 'is not reached']), ...window.bad].map(([one, why]) => why + ': ' + one.outerHTML.slice(0, 120));
  }`)) as string[];
}
