import { expect } from '@open-wc/testing';
import { allowedUrl, unstatedDestination } from '../../../widget/src/markdown.js';
import { MarkdownStream } from '../../../widget/src/markdown.js';
import { decodeEntities } from '../../../widget/src/markdown/entities.js';

function link(markdown: string): HTMLElement {
  const container = document.createElement('div');
  const stream = new MarkdownStream(container, { base: 'https://page.example/dir/' });
  stream.write(markdown);
  stream.end();
  return container;
}

describe('links', () => {
  it('follow http, https and mailto only', () => {
    const base = 'https://page.example/dir/';
    expect(allowedUrl('https://a.example', base)?.href).to.equal('https://a.example/');
    expect(allowedUrl('HTTP://A.example', base)?.href).to.equal('http://a.example/');
    expect(allowedUrl('mailto:a@b.example', base)?.href).to.equal('mailto:a@b.example');
    expect(allowedUrl('up', base)?.href).to.equal('https://page.example/dir/up');
    expect(allowedUrl('//c.example', base)?.href).to.equal('https://c.example/');
    for (const refused of [
      'javascript:x',
      'java\nscript:x',
      ' javascript:x',
      'data:,x',
      'tel:1',
      'ftp://a',
      'http://[',
    ]) {
      expect(allowedUrl(refused, base), refused).to.equal(undefined);
    }
    expect(allowedUrl('relative')).to.equal(undefined);
  });

  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['https://a.example/x', 'click here', undefined],
    ['https://a.example/x', 'a.example', undefined],
    ['https://evil.example/x', 'bank\u2028.example', 'evil.example'],
    ['https://evil.example/x', 'bank\ufffc.exam\u0001ple', 'evil.example'],
    ['https://www.a.example/x', 'https://a.example/other', undefined],
    ['https://evil.example/x', 'https://bank.example', 'evil.example'],
    ['https://evil.example:8443/x', 'bank.example', 'evil.example:8443'],
    ['https://bank.example@evil.example/', 'https://bank.example@evil.example/', 'evil.example'],
    ['https://xn--80ak6aa92e.com/', 'аррӏе.com', 'xn--80ak6aa92e.com'],
    ['https://xn--80ak6aa92e.com/', 'xn--80ak6aa92e.com', undefined],
    ['https://xn--gd-fmca.com/', 'gооd.com', 'xn--gd-fmca.com'],
    ['https://xn--80ab2al.xn--p1ai/', 'банк.рф', undefined],
    ['https://xn--80aab5b.xn--p1ai/', 'банк.рф', 'xn--80aab5b.xn--p1ai'],
    ['https://evil.example/', 'bank.\u200bexample', 'evil.example'],
    ['https://evil.example/', 'bank.\u00adexample', 'evil.example'],
    ['https://evil.example/', 'bank.example\u3164', 'evil.example'],
    ['https://evil.example/', 'bank\u3002example', 'evil.example'],
    ['https://evil.example/', 'bank\uff0eexample', 'evil.example'],
    ['https://evil.example/', 'bank\u2024example', 'evil.example'],
    ['https://evil.example/', 'bank\uff61example', 'evil.example'],
    ['https://evil.example/', '\uff42ank.example', 'evil.example'],
    ['https://evil.example/', '\u202eelpmaxe.knab', 'evil.example'],
    ['https://evil.example/', '\u202enothing', 'evil.example'],
    ['https://evil.example/', '192.168.0.1', 'evil.example'],
    ['https://evil.example/', 'http://[::1]/', 'evil.example'],
    ['https://192.168.0.1/', '192.168.0.1', undefined],
    ['https://evil.example/', 'https://bank', 'evil.example'],
    ['https://evil.example/', '//bank/login', 'evil.example'],
    ['https://bank/', 'https://bank/login', undefined],
    ['https://evil.example/', 'bank\u00b7example', 'evil.example'],
    ['https://evil.example/', 'bank\u30fbexample', 'evil.example'],
    ['https://a.example/', 'a\u00adb 1.5', undefined],
    ['mailto:me@evil.example', 'write to me', 'me@evil.example'],
    ['mailto:you@evil.example', 'not-you@evil.example', 'you@evil.example'],
    ['mailto:me@bank.example,me@evil.example', 'me@bank.example', 'me@bank.example,me@evil.example'],
    ['mailto:me@bank.example%2Cme@evil.example', 'me@bank.example', 'me@bank.example,me@evil.example'],
    ['mailto:Me@Bank.example', 'Write to me@bank.example.', undefined],
    ['https://evil.example/', 'банк.рф', 'evil.example'],
    ['mailto:me@evil.example', 'me@bank.example', 'me@evil.example'],
    ['mailto:me@bank.example', 'me@bank.example', undefined],
  ];
  for (const [href, words, expected] of cases) {
    it(`"${words}" to ${href} ${expected ? `shows ${expected}` : 'says enough'}`, () => {
      expect(unstatedDestination(new URL(href), words)).to.equal(expected);
    });
  }

  it('show where they lead beside words that say otherwise, title included', () => {
    expect(link('[bank.example](https://evil.example/)').textContent).to.equal('bank.example (evil.example)');
    expect(link('[here](https://evil.example/ "bank.example")').textContent).to.equal('here (evil.example)');
    expect(link('[bank.&shy;ex**ample**](https://evil.example/)').textContent).to.contain(' (evil.example)');
    expect(link('[here](https://a.example/)').textContent).to.equal('here');
  });

  it('show where they lead where the words beside them complete the name of another place', () => {
    const evil = '(https://evil.example/)';
    const shown = ' (evil.example)';
    for (const [markdown, text] of [
      [`bank.[example]${evil}`, `bank.example${shown}`],
      [`[bank]${evil}.example`, `bank${shown}.example`],
      [`[bank.]${evil}[example]${evil}`, `bank.${shown}example${shown}`],
      [`**[bank]${evil}[.example/login]${evil}**`, `bank${shown}.example/login${shown}`],
      [`bank.**[example]${evil}**`, `bank.example${shown}`],
      [`see [one]${evil}, [two]${evil}. Three`, 'see one, two. Three'],
      [`請看[這裡]${evil}。謝謝`, '請看這裡。謝謝'],
      ['www.[a.example](https://a.example/)', 'www.a.example'],
    ] as const) {
      expect(link(markdown).textContent, markdown).to.equal(text);
    }
  });

  it('are not within each other', () => {
    const container = link('[*<https://bank.example>* <me@bank.example>](https://evil.example)');
    expect(container.querySelectorAll('a')).to.have.length(1);
    expect(container.textContent).to.equal('https://bank.example me@bank.example (evil.example)');
  });

  it('open elsewhere, without telling where from', () => {
    const anchor = link('[x](y)').querySelector('a');
    expect(anchor?.outerHTML).to.equal(
      '<a href="https://page.example/dir/y" rel="noopener noreferrer nofollow ugc" referrerpolicy="no-referrer" target="_blank">x</a>',
    );
  });

  it('write no mail beyond its address', () => {
    const container = link('[me@a.example](mailto:me@a.example?bcc=x@evil.example&body=secret)');
    expect(container.querySelector('a')?.href).to.equal('mailto:me@a.example');
    expect(container.textContent).to.equal('me@a.example');
    expect(allowedUrl('mailto:me@a.example?subject=x#y')?.href).to.equal('mailto:me@a.example');
  });

  it('stand for images, with the host', () => {
    const container = link('![A *chart*](https://a.example/b.png) ![](https://c.example/d.png)');
    expect(container.querySelectorAll('img')).to.have.length(0);
    expect(container.textContent).to.equal('A chart (a.example) Image (c.example)');
    expect(link('![me@bank.example](mailto:me@evil.example)').textContent).to.equal(
      'me@bank.example (me@evil.example)',
    );
  });

  it('are words where they are refused', () => {
    const container = link('[*click*](javascript:x) ![alt](data:,x)');
    expect(container.innerHTML).to.equal('<p dir="auto"><em>click</em> alt</p>');
  });

  it('come true for words that hundreds of late definitions concern, which are not drawn again for each', () => {
    const container = document.createElement('div');
    const stream = new MarkdownStream(container);
    const names = Array.from({ length: 400 }, (_, index) => `x${index}`);
    stream.write(`${names.map((name) => `[${name}]`).join(' ')}\n\nNext\n\n`);
    stream.flush();
    names.forEach((name, index) => {
      stream.write(`[${name}]: https://a.example/${name}\n\nNext\n\n`);
      stream.flush();
      const isShown = container.querySelectorAll('a').length;
      expect(isShown, name).to.be.within(Math.floor((index * 15) / 16) - 1, index + 1);
      if (index < 16) expect(isShown).to.equal(index + 1);
    });
    expect(stream.stats.redefined).to.be.lessThan(100);
    stream.end();
    expect([...container.querySelectorAll('a')].map(({ textContent }) => textContent)).to.deep.equal(names);
  });
});

describe('character references', () => {
  it('are resolved once, as the browser would', () => {
    const names = '&nbsp;&Agrave;&yuml;&Alpha;&hellip;&euro;&hearts;&apos;&lt;&amp;&quot;';
    const reference = document.createElement('textarea');
    reference.innerHTML = names;
    expect(decodeEntities(names)).to.equal(reference.value);
    expect(decodeEntities('&amp;lt; &nosuch; &copy &#9731; &#x1F600; &#0; &#xD800; &#x110000;')).to.equal(
      '&lt; &nosuch; &copy ☃ 😀 \ufffd \ufffd \ufffd',
    );
  });
});
