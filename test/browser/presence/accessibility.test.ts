import { expect } from '@open-wc/testing';
// A classic script that leaves a global, even when it is imported.
import 'axe-core';
import type axe from 'axe-core';
import { find, findAll, isVisible, nextFrame, parts } from '../support/chat.js';
import { crowd, type Mounted, mountPresence, removeAll, show } from '../support/presence.js';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

afterEach(removeAll);

const STATES: Readonly<Record<string, (mounted: Mounted) => Promise<unknown> | void>> = {
  'nothing known': () => {},
  'nobody here': (mounted) => show(mounted, {}),
  'three people': (mounted) => show(mounted, crowd(3)),
  'forty people': (mounted) => show(mounted, crowd(40)),
  'forty names': async (mounted) => {
    await show(mounted, crowd(40));
    find(mounted.presence, 'button').click();
  },
  offline: async (mounted) => {
    await show(mounted, crowd(3));
    find(mounted.presence, 'button').click();
    mounted.connection.drop();
  },
  misconfigured: ({ presence }) => presence.setAttribute('max', 'many'),
};

async function violations(element: Element): Promise<string[]> {
  // Faces that are still fading in would be measured half-way.
  for (const part of parts(element)) for (const animation of part.getAnimations()) animation.finish();
  const results = await window.axe.run(element, { resultTypes: ['violations'] });
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

/** Contrast of text on its background, as WCAG 2 has it. */
function contrast(element: Element): number {
  const { color, backgroundColor } = getComputedStyle(element);
  const [high = 0, low = 0] = [color, backgroundColor].map(luminance).sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((value) => {
    const share = Number(value) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('<cable-presence>, for everybody', () => {
  for (const scheme of ['light', 'dark']) {
    for (const [name, reach] of Object.entries(STATES)) {
      it(`axe finds nothing: ${name}, ${scheme}`, async () => {
        document.body.style.background = scheme === 'dark' ? '#15171c' : '#fff';
        const mounted = await mountPresence((element) => (element.style.colorScheme = scheme));
        await reach(mounted);
        await mounted.presence.updateComplete;
        await nextFrame();
        expect(await violations(mounted.presence)).to.deep.equal([]);
        document.body.style.background = '';
      });
    }

    it(`every colour of a face stands out from its letters, ${scheme}`, async () => {
      const mounted = await mountPresence((element) => {
        element.style.colorScheme = scheme;
        element.max = 200;
      });
      await show(mounted, crowd(200));
      const faces = findAll(mounted.presence, '.faces .face');
      expect(new Set(faces.map((face) => face.dataset['hue'])).size).to.equal(12);
      for (const face of faces) expect(contrast(face), face.dataset['hue']).to.be.at.least(4.5);
    });
  }

  it('would be found wanting by axe if it were', async () => {
    const mounted = await mountPresence();
    await show(mounted, crowd(1));
    find(mounted.presence, 'button').textContent = '';
    expect((await violations(mounted.presence)).join()).to.contain('button-name');
  });

  it('is a list of names, with its number as its name', async () => {
    const mounted = await mountPresence();
    await show(mounted, crowd(40));
    const list = find(mounted.presence, '.faces');
    expect(list.getAttribute('role')).to.equal('list');
    expect(list.getAttribute('aria-label')).to.equal('40 people here');
    const heard = findAll(mounted.presence, '.faces li').map((item) =>
      [...item.children]
        .filter((child) => child.getAttribute('aria-hidden') === null)
        .map((child) => child.textContent),
    );
    expect(heard.flat()).to.deep.equal([...Object.values(crowd(5)).map(({ name }) => name), 'and 35 more']);
  });

  it('says the number once it has come to rest, and not who comes one by one', async () => {
    const mounted = await mountPresence();
    const { presence, connection } = mounted;
    await show(mounted, {});
    const announcer = find(presence, '#announcer');
    expect(announcer.getAttribute('role')).to.equal('status');
    const spoken: string[] = [];
    const heard = new Promise<void>((resolve) => {
      new MutationObserver(() => {
        spoken.push(announcer.textContent);
        resolve();
      }).observe(announcer, { childList: true, characterData: true, subtree: true });
    });
    for (const [id, info] of Object.entries(crowd(40))) {
      connection.deliverPresence({ type: 'join', id, info });
      await presence.updateComplete;
    }
    await heard;
    expect(spoken).to.deep.equal(['40 people here']);
  });

  it('shows the names to the pointer, to the keyboard, and puts them away with Escape', async () => {
    const mounted = await mountPresence();
    const { presence } = mounted;
    await show(mounted, crowd(3));
    const panel = find(presence, '.panel');
    const button = find(presence, 'button');
    const opened = async (): Promise<boolean> => {
      await presence.updateComplete;
      expect(button.getAttribute('aria-expanded')).to.equal(String(isVisible(panel)));
      return isVisible(panel);
    };
    expect(await opened()).to.equal(false);
    find(presence, '.presence').dispatchEvent(new PointerEvent('pointerenter', { pointerType: 'mouse' }));
    expect(await opened()).to.equal(true);
    expect(findAll(presence, '.names li > bdi').length).to.equal(3);
    find(presence, '.presence').dispatchEvent(new PointerEvent('pointerleave'));
    expect(await opened()).to.equal(false);
    button.focus();
    button.click();
    expect(await opened()).to.equal(true);
    find(presence, '.presence').dispatchEvent(new PointerEvent('pointerleave'));
    expect(await opened()).to.equal(true);
    button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(await opened()).to.equal(false);
    button.click();
    expect(await opened()).to.equal(true);
    button.blur();
    expect(await opened()).to.equal(false);
  });

  it('reads from right to left, and its list of names stays in the window', async () => {
    document.documentElement.dir = 'rtl';
    try {
      const mounted = await mountPresence();
      const { presence } = mounted;
      await show(mounted, crowd(3));
      const [first, second] = findAll(presence, '.faces li').map((item) => item.getBoundingClientRect().left);
      expect(first).to.be.greaterThan(second ?? Infinity);
      find(presence, 'button').click();
      await presence.updateComplete;
      const { left, right } = find(presence, '.panel').getBoundingClientRect();
      expect(left).to.be.at.least(0);
      expect(right).to.be.at.most(document.documentElement.clientWidth);
    } finally {
      document.documentElement.removeAttribute('dir');
    }
  });
});
