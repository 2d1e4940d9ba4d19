/** A page with nothing but a `<cable-presence>`, whose server has that many people. */
import type { Page } from 'playwright-core';

const NAMES = ['Ada Lovelace', 'Grace Hopper', 'Łucja Nowak', 'Mary Jackson', 'José Núñez', 'Zoë Brûlé', 'Alan Turing'];

/** In the page, as text: what tsx adds to functions to keep their names is not there. */
const SHOW = `(people) => {
  const transport = {
    subscribe(channel, params, observer) {
      queueMicrotask(() => observer.stateChanged({ status: 'live', restored: false }));
      const members = new Map(people.map(({ id, name }) => [id, { name }]));
      const presence = {
        join: async () => {},
        leave: async () => {},
        request: async () => observer.presenceReceived({ type: 'info', members }),
      };
      return { presence, perform: async () => {}, close: () => {} };
    },
  };
  document.documentElement.style.colorScheme = 'light dark';
  document.body.style.cssText = 'display: block; margin: 2rem; background: light-dark(#ffffff, #15171c)';
  document.body.replaceChildren(
    Object.assign(document.createElement('cable-presence'), { transport, channel: 'RoomChannel' }),
  );
}`;

/** Resolves when they are drawn, with the list of their names open where there are any. */
export async function showPeople(page: Page, count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, index) => ({
    id: `user-${index}`,
    name: NAMES[index] ?? `Person ${index + 1}`,
  }));
  await page.evaluate(`(${SHOW})(${JSON.stringify(people)})`);
  const counted = page.locator('cable-presence').locator('[part=count]');
  await counted.waitFor();
  if (count > 0) await counted.click();
  await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.finished))');
}
