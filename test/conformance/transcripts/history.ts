import type { CableClient } from '../../support/cable-client.js';
import type { Scene } from '../scene.js';
import type { Topic } from '../transcript.js';

const ENDED = /^(confirm|reject)_history$/;

/** Asks, and waits for the end of the answer. */
async function ask(client: CableClient, identifier: string, history: Readonly<Record<string, unknown>>) {
  client.command('history', identifier, { history });
  return client.next((frame) => ENDED.test(String(frame['type'])));
}

/** A subscriber who has seen `count` messages; and the epoch of their stream. */
async function withMessages(scene: Scene, count: number): Promise<{ client: CableClient; epoch: string }> {
  const client = await scene.connect('ada');
  await client.subscribe(scene.room());
  await scene.publish(undefined, ...Array.from({ length: count }, (_, n) => ({ n: n + 1 })));
  const last = await client.next((frame) => frame['offset'] === count);
  return { client, epoch: String(last['epoch']) };
}

export const history: Topic = {
  topic: 'history',
  transcripts: [
    {
      name: 'history/positions',
      play: async (scene) => {
        const { client, epoch } = await withMessages(scene, 5);
        for (const offset of [1, 3, 5, 0, 6, 1_000]) {
          await ask(client, scene.room(), { streams: { [scene.stream()]: { epoch, offset } } });
        }
      },
    },
    {
      name: 'history/since',
      play: async (scene) => {
        const { client } = await withMessages(scene, 3);
        const now = Math.floor(Date.now() / 1_000);
        for (const since of [1, now + 3_600, -1]) await ask(client, scene.room(), { since });
      },
    },
    {
      name: 'history/with-the-subscription',
      play: async (scene) => {
        const { epoch } = await withMessages(scene, 3);
        const requests = {
          since: { since: 1 },
          position: { streams: { [scene.stream()]: { epoch, offset: 2 } } },
          'position not found': { streams: { [scene.stream()]: { epoch, offset: 9 } } },
          'no positions': { streams: {} },
        };
        for (const [name, request] of Object.entries(requests)) {
          const client = await scene.connect(name);
          await client.subscribe(scene.room(), { history: request });
          await client.next((frame) => ENDED.test(String(frame['type'])));
        }
        for (const [name, request] of Object.entries({ empty: {}, null: null, zero: { since: 0 } })) {
          const client = await scene.connect(name);
          await client.subscribe(scene.room(), { history: request });
          await client.settled();
        }
      },
    },
    {
      name: 'history/overrun',
      settings: { historyLimit: 5 },
      play: async (scene) => {
        const { client, epoch } = await withMessages(scene, 12);
        // 8 is the oldest that is kept. A position before it may have lost something, 7 included.
        for (const offset of [1, 6, 7, 8, 11, 12]) {
          await ask(client, scene.room(), { streams: { [scene.stream()]: { epoch, offset } } });
        }
        await ask(client, scene.room(), { since: 1 });
      },
    },
    {
      name: 'history/unknown-epoch',
      play: async (scene) => {
        const { client } = await withMessages(scene, 3);
        for (const epoch of ['zzzz', '']) {
          await ask(client, scene.room(), { streams: { [scene.stream()]: { epoch, offset: 1 } } });
        }
        // A position that is not found is not answered by the time beside it.
        await ask(client, scene.room(), { since: 1, streams: { [scene.stream()]: { epoch: 'zzzz', offset: 1 } } });
      },
    },
    {
      name: 'history/other-streams',
      play: async (scene) => {
        const { client, epoch } = await withMessages(scene, 3);
        const elsewhere = { [scene.stream('elsewhere')]: { epoch, offset: 1 } };
        await ask(client, scene.room(), { streams: elsewhere });
        await ask(client, scene.room(), { since: 1, streams: elsewhere });
      },
    },
    {
      name: 'history/a-stream-without-messages',
      play: async (scene) => {
        const { client, epoch } = await withMessages(scene, 1);
        const identifier = scene.room({}, 'empty');
        await client.subscribe(identifier);
        await ask(client, identifier, { since: 1 });
        await ask(client, identifier, { streams: { [scene.stream('empty')]: { epoch, offset: 0 } } });
      },
    },
    {
      name: 'history/without-a-request',
      play: async (scene) => {
        const { client } = await withMessages(scene, 1);
        client.command('history', scene.room());
        client.command('history', scene.room(), { history: null });
        client.command('history', scene.room(), { history: {} });
        client.command('history', scene.room(), { history: { since: 0 } });
        await client.settled();
      },
    },
    {
      name: 'history/expired',
      settings: { historyTtl: 1 },
      play: async (scene) => {
        const { client, epoch } = await withMessages(scene, 3);
        const after = (offset: number) => ({ streams: { [scene.stream()]: { epoch, offset } } });
        const probe = await scene.probe('prober');
        await probe.subscribe(scene.room());
        // The last: AnyCable counts in whole seconds, and the messages before it may be of another one.
        await scene.until(
          async () => (await ask(probe, scene.room(), after(3)))['type'] === 'reject_history',
          'the history expires',
        );
        await ask(client, scene.room(), after(2));
        await ask(client, scene.room(), { since: 1 });
        await scene.publish(undefined, { n: 4 });
        await client.next((frame) => frame['offset'] === 4);
        await ask(client, scene.room(), after(3));
        await ask(client, scene.room(), after(4));
      },
    },
    {
      name: 'history/after-a-restart',
      alone: true,
      play: async (scene) => {
        const { epoch } = await withMessages(scene, 3);
        await scene.restart();
        const again = await scene.connect('ada again');
        await again.subscribe(scene.room(), { history: { streams: { [scene.stream()]: { epoch, offset: 2 } } } });
        await again.next({ type: 'reject_history' });
        await scene.mark(undefined, again);
        await ask(again, scene.room(), { since: 1 });
      },
    },
  ],
};
