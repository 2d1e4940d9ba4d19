import { publication } from '../scene.js';
import type { Topic } from '../transcript.js';
import { BASE } from '../../support/cable-client.js';

export const broadcast: Topic = {
  topic: 'broadcast',
  transcripts: [
    {
      name: 'broadcast/order',
      play: async (scene) => {
        const clients = [await scene.connect('ada'), await scene.connect('grace', { protocols: [BASE] })];
        await Promise.all(clients.map((client) => client.subscribe(scene.room())));
        await scene.publish(undefined, ...Array.from({ length: 30 }, (_, n) => ({ n })));
        await scene.mark(undefined, ...clients);
      },
    },
    {
      name: 'broadcast/batch',
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        await ada.subscribe(scene.room());
        await grace.subscribe(scene.room({}, 'other'));
        const numbered = (n: number) => publication(scene.stream(n % 3 === 0 ? 'other' : 'room'), { n });
        await scene.post(Array.from({ length: 30 }, (_, n) => numbered(n)));
        await scene.mark(undefined, ada);
        await scene.mark('other', grace);
        await scene.post([]);
        await scene.post([numbered(1), { nonsense: true }, numbered(2)]);
        await scene.mark(undefined, ada);
        await scene.post([{ nonsense: true }, numbered(1)]);
        await scene.mark(undefined, ada);
      },
    },
    {
      name: 'broadcast/two-streams-of-one-subscription',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room({ second: scene.stream('other') }));
        await scene.mark(undefined, client);
        await scene.mark('other', client);
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/messages-of-every-kind',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        const messages = [{}, { a: { b: [1, 2.5, -0, 1e21] } }, [], [1, [2]], 'text', '', 7, 0, true, false, null];
        for (const message of messages) await scene.publish(undefined, message);
        await scene.publish(undefined, { text: '<script>&"\\\u2028\u0000 ü 😀' });
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/data-that-is-no-json',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await scene.post({ stream: scene.stream(), data: 'plain words' });
        await scene.mark(undefined, client);
        await scene.post({ stream: scene.stream(), data: '' });
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/data-that-is-no-text',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await scene.post({ stream: scene.stream(), data: { text: 'an object' } });
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/data-is-missing',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await scene.post({ stream: scene.stream() });
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/transient',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await scene.post(publication(scene.stream(), { kept: false }, { transient: true }));
        await scene.mark(undefined, client);
        client.command('history', scene.room(), { history: { since: 1 } });
        await client.next({ type: 'confirm_history' });
      },
    },
    {
      name: 'broadcast/except-one-socket',
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        await Promise.all([ada.subscribe(scene.room()), grace.subscribe(scene.room())]);
        await scene.post(publication(scene.stream(), { to: 'others' }, { exclude_socket: scene.sidOf(ada) }));
        await scene.mark(undefined, ada, grace);
      },
    },
    {
      name: 'broadcast/with-a-type',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await scene.post(publication(scene.stream(), { text: 'x' }, { broadcast_type: 'announcement' }));
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/to-nobody',
      play: async (scene) => {
        await scene.post(publication(scene.stream(), { n: 1 }));
        const client = await scene.connect('ada');
        await client.subscribe(scene.room(), { history: { since: 1 } });
        await client.next({ type: 'confirm_history' });
      },
    },
    {
      name: 'broadcast/keys',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        const message = publication(scene.stream(), { forged: true });
        await scene.post(message, { key: null });
        await scene.post(message, { key: '' });
        await scene.post(message, { key: 'wrong' });
        await scene.post(message, { key: scene.secret });
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/other-methods',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        for (const method of ['GET', 'PUT', 'DELETE']) {
          await scene.post(publication(scene.stream(), { method }), { method });
        }
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'broadcast/malformed',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        for (const body of ['', 'not json', 'null', '7', '"text"', '{}', '{"stream":7,"data":"1"}', '{"stream":""}']) {
          await scene.post(body);
        }
        await scene.post({ command: 'dance' });
        await scene.mark(undefined, client);
      },
    },
  ],
};
