import { BASE, EXTENDED } from '../../support/cable-client.js';
import type { CableClient } from '../../support/cable-client.js';
import type { ConnectOptions, Scene } from '../scene.js';
import type { Topic } from '../transcript.js';

const publicStreams = { publicStreams: true } as const;
/** Seconds; so that what expires does it while somebody waits. */
const briefly = { publicStreams: true, presenceTtl: 1 } as const;

/** Subscribed to the stream whose members are told. */
async function enter(scene: Scene, who: string, options?: ConnectOptions): Promise<CableClient> {
  const client = await scene.connect(who, options);
  await client.subscribe(scene.publicStream());
  return client;
}

function join(scene: Scene, client: CableClient, id: unknown, info?: unknown): void {
  client.command('join', scene.publicStream(), { presence: { id, ...(info !== undefined && { info }) } });
}

/** Joins, and waits until it and everybody else there has heard of it. */
async function joined(scene: Scene, client: CableClient, id: string, others: readonly CableClient[], info?: unknown) {
  join(scene, client, id, info);
  await Promise.all([client, ...others].map((each) => scene.presence(each, { type: 'join', id })));
}

async function list(scene: Scene, client: CableClient, identifier = scene.publicStream()): Promise<void> {
  client.command('presence', identifier);
  await scene.presence(client, { type: 'info' });
}

export const presence: Topic = {
  topic: 'presence',
  transcripts: [
    {
      name: 'presence/join-and-leave',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, grace] = [await enter(scene, 'ada'), await enter(scene, 'grace')];
        await list(scene, ada);
        join(scene, ada, 'ada', { name: 'Ada', colours: ['red', 'blue'] });
        await Promise.all([ada, grace].map((client) => scene.presence(client, { type: 'join', id: 'ada' })));
        join(scene, grace, 'grace');
        await Promise.all([ada, grace].map((client) => scene.presence(client, { type: 'join', id: 'grace' })));
        await list(scene, ada);
        grace.command('leave', scene.publicStream());
        await Promise.all([ada, grace].map((client) => scene.presence(client, { type: 'leave', id: 'grace' })));
        await list(scene, grace);
        join(scene, grace, 'grace', 'back');
        await Promise.all([ada, grace].map((client) => scene.presence(client, { type: 'join', id: 'grace' })));
      },
    },
    {
      name: 'presence/info-of-every-kind',
      settings: publicStreams,
      play: async (scene) => {
        const watcher = await enter(scene, 'watcher');
        const infos = [null, 7, 0, '', 'text', false, true, [], {}, { a: { b: [null] } }, { text: '<&>\u2028 ü 😀' }];
        for (const [n, info] of infos.entries()) {
          const id = `member ${n}`;
          join(scene, await enter(scene, id), id, info);
          await scene.presence(watcher, { type: 'join', id });
        }
        await list(scene, watcher);
      },
    },
    {
      name: 'presence/several-sockets-of-one-id',
      settings: publicStreams,
      play: async (scene) => {
        const watcher = await enter(scene, 'watcher');
        const [one, two] = [await enter(scene, 'one'), await enter(scene, 'two')];
        join(scene, one, 'ada', { tab: 1 });
        await scene.presence(watcher, { type: 'join', id: 'ada' });
        join(scene, two, 'ada', { tab: 2 });
        await two.settled();
        await list(scene, watcher);
        one.command('leave', scene.publicStream());
        await one.settled();
        await scene.mark(undefined, watcher);
        await list(scene, watcher);
        two.command('leave', scene.publicStream());
        await scene.presence(watcher, { type: 'leave', id: 'ada' });
        await list(scene, watcher);
        await scene.mark(undefined, watcher, one, two);
      },
    },
    {
      name: 'presence/another-id-is-refused',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        join(scene, ada, 'ada');
        await scene.presence(watcher, { type: 'join', id: 'ada' });
        join(scene, ada, 'eve');
        await ada.settled();
        await list(scene, watcher);
        ada.command('leave', scene.publicStream());
        await scene.presence(watcher, { type: 'leave', id: 'ada' });
        join(scene, ada, 'eve');
        await scene.presence(watcher, { type: 'join', id: 'eve' });
        await scene.mark(undefined, ada, watcher);
      },
    },
    {
      name: 'presence/info-is-updated-silently',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        join(scene, ada, 'ada', { mood: 'calm' });
        await scene.presence(watcher, { type: 'join', id: 'ada' });
        join(scene, ada, 'ada', { mood: 'busy' });
        await ada.settled();
        await list(scene, watcher);
        join(scene, ada, 'ada');
        await ada.settled();
        await list(scene, watcher);
        await scene.mark(undefined, ada, watcher);
      },
    },
    {
      name: 'presence/join-without-an-id',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        ada.command('join', scene.publicStream());
        ada.command('join', scene.publicStream(), { presence: null });
        await ada.settled();
        await list(scene, watcher);
        await scene.mark(undefined, ada, watcher);
      },
    },
    {
      name: 'presence/join-with-an-empty-id',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        join(scene, ada, '');
        await ada.settled();
        // Who asks may be answered before they hear of what has happened.
        await scene.mark(undefined, ada, watcher);
        await list(scene, watcher);
      },
    },
    {
      name: 'presence/join-with-the-identifier-only',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        ada.command('join', scene.publicStream(), { presence: {} });
        await ada.settled();
        // Who asks may be answered before they hear of what has happened.
        await scene.mark(undefined, ada, watcher);
        await list(scene, watcher);
      },
    },
    {
      name: 'presence/leave-without-a-join',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        ada.command('leave', scene.publicStream());
        join(scene, watcher, 'watcher');
        await scene.presence(watcher, { type: 'join' });
        ada.command('leave', scene.publicStream());
        await ada.settled();
        await scene.mark(undefined, ada, watcher);
        await list(scene, watcher);
      },
    },
    {
      name: 'presence/where-there-is-none',
      settings: { streamsPresence: false },
      play: async (scene) => {
        const client = await scene.connect('ada');
        // Two streams: which of two subscriptions to one hears first is up to Go's maps.
        for (const [name, identifier] of Object.entries({ signed: scene.signedStream('signed'), room: scene.room() })) {
          await client.subscribe(identifier, { presence: { id: 'ada' } });
          client.command('join', identifier, { presence: { id: 'ada' } });
          client.command('leave', identifier);
          await scene.mark(name, client);
        }
        await client.settled();
      },
    },
    {
      name: 'presence/list-where-there-is-none',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        client.command('presence', scene.room());
        await client.settled();
      },
    },
    {
      name: 'presence/with-the-subscription',
      settings: publicStreams,
      play: async (scene) => {
        const watcher = await enter(scene, 'watcher');
        await scene.publish(undefined, { n: 1 });
        await watcher.next((frame) => 'offset' in frame);
        const ada = await scene.connect('ada');
        await ada.subscribe(scene.publicStream(), { presence: { id: 'ada', info: { a: 1 } } });
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'join', id: 'ada' })));
        const grace = await scene.connect('grace');
        await grace.subscribe(scene.publicStream(), { presence: { id: 'grace' }, history: { since: 1 } });
        await grace.next({ type: 'confirm_history' });
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'join', id: 'grace' })));
        await list(scene, watcher);
      },
    },
    {
      name: 'presence/unsubscribing-leaves',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        join(scene, ada, 'ada');
        await scene.presence(watcher, { type: 'join', id: 'ada' });
        ada.command('unsubscribe', scene.publicStream());
        await scene.presence(watcher, { type: 'leave', id: 'ada' });
        await ada.settled();
        await ada.subscribe(scene.publicStream());
        await list(scene, ada);
      },
    },
    {
      name: 'presence/is-not-history',
      settings: publicStreams,
      play: async (scene) => {
        const client = await enter(scene, 'ada');
        join(scene, client, 'ada');
        await scene.presence(client, { type: 'join' });
        client.command('leave', scene.publicStream());
        await scene.presence(client, { type: 'leave' });
        await scene.mark(undefined, client);
        client.command('history', scene.publicStream(), { history: { since: 1 } });
        await client.next({ type: 'confirm_history' });
      },
    },
    {
      name: 'presence/list-with-options',
      settings: publicStreams,
      play: async (scene) => {
        const client = await enter(scene, 'ada');
        join(scene, client, 'ada');
        await scene.presence(client, { type: 'join' });
        for (const data of [{ return_records: false }, { return_records: true }, 'text', null, 7]) {
          client.command('presence', scene.publicStream(), { data });
          await scene.presence(client, { type: 'info' });
        }
      },
    },
    {
      name: 'presence/by-signed-streams',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.signedStream());
        client.command('join', scene.signedStream(), { presence: { id: 'ada', info: 1 } });
        await scene.presence(client, { type: 'join' });
        await list(scene, client, scene.signedStream());
      },
    },
    {
      name: 'presence/by-a-channel',
      play: async (scene) => {
        const [ada, watcher] = [await scene.connect('ada'), await scene.connect('watcher')];
        const identifier = scene.room({ presence: true });
        await Promise.all([ada.subscribe(identifier), watcher.subscribe(identifier)]);
        ada.command('join', identifier, { presence: { id: 'ada' } });
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'join', id: 'ada' })));
        ada.command('leave', identifier);
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'leave', id: 'ada' })));
        ada.perform(identifier, 'join', { id: 'grace', info: { by: 'action' } });
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'join', id: 'grace' })));
        await list(scene, watcher, identifier);
        ada.perform(identifier, 'leave');
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'leave', id: 'grace' })));
        ada.perform(identifier, 'leave');
        await ada.settled();
        await scene.mark(undefined, ada, watcher);
      },
    },
    {
      name: 'presence/joined-by-the-server',
      play: async (scene) => {
        const [ada, watcher] = [await scene.connect('ada'), await scene.connect('watcher')];
        await watcher.subscribe(scene.room({ presence: true }));
        await ada.subscribe(scene.room({ presence: true, join: 'ada' }));
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'join', id: 'ada' })));
        await list(scene, watcher, scene.room({ presence: true }));
        ada.command('unsubscribe', scene.room({ presence: true, join: 'ada' }));
        await scene.presence(watcher, { type: 'leave', id: 'ada' });
      },
    },
    {
      name: 'presence/joined-by-the-server-and-somebody-else',
      play: async (scene) => {
        const [ada, watcher] = [await scene.probe('ada'), await scene.connect('watcher')];
        const [own, others] = [
          scene.room({ presence: true, join: 'ada' }),
          scene.room({ presence: true, join: 'watcher' }),
        ];
        await watcher.subscribe(others);
        await scene.presence(watcher, { type: 'join', id: 'watcher' });
        await ada.subscribe(own);
        await Promise.all([ada, watcher].map((client) => scene.presence(client, { type: 'join', id: 'ada' })));
        ada.command('leave', own);
        await ada.settled();
        ada.command('join', own, { presence: { id: 'eve' } });
        await ada.settled();
        await scene.mark(undefined, watcher);
        await list(scene, watcher, others);
      },
    },
    {
      name: 'presence/joined-by-the-server-without-presence',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room({ join: 'ada' }));
        client.perform(scene.room({ join: 'ada' }), 'join', { id: 'ada' });
        client.perform(scene.room({ join: 'ada' }), 'leave');
        await client.settled();
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'presence/gone-after-its-time',
      settings: briefly,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        await joined(scene, ada, 'ada', [watcher], { a: 1 });
        await ada.cut();
        await list(scene, watcher);
        await scene.presence(watcher, { type: 'leave', id: 'ada' });
        await list(scene, watcher);
      },
    },
    {
      name: 'presence/closed-properly',
      settings: briefly,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        await joined(scene, ada, 'ada', [watcher]);
        await ada.close();
        await list(scene, watcher);
        await scene.presence(watcher, { type: 'leave', id: 'ada' });
      },
    },
    {
      name: 'presence/one-of-several-sockets-is-gone',
      settings: briefly,
      play: async (scene) => {
        const watcher = await enter(scene, 'watcher');
        const [one, two, zed] = [await enter(scene, 'one'), await enter(scene, 'two'), await enter(scene, 'zed')];
        await joined(scene, one, 'ada', [watcher, two, zed]);
        join(scene, two, 'ada');
        await two.settled();
        await joined(scene, zed, 'zed', [watcher, one, two]);
        await one.cut();
        // Zed shows when members of that age are gone; who is connected stays, however long.
        await zed.cut();
        await Promise.all([watcher, two].map((client) => scene.presence(client, { type: 'leave', id: 'zed' })));
        await scene.mark(undefined, watcher, two);
        await list(scene, watcher);
        await two.cut();
        await scene.presence(watcher, { type: 'leave', id: 'ada' });
      },
    },
    {
      name: 'presence/joined-again-after-a-reconnect',
      settings: briefly,
      play: async (scene) => {
        const watcher = await enter(scene, 'watcher');
        const [ada, zed] = [await enter(scene, 'ada'), await enter(scene, 'zed')];
        await joined(scene, ada, 'ada', [watcher, zed], { a: 1 });
        await joined(scene, zed, 'zed', [watcher, ada]);
        await ada.cut();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(ada) });
        join(scene, again, 'ada', { a: 2 });
        await again.settled();
        await zed.cut();
        await scene.presence(watcher, { type: 'leave', id: 'zed' });
        await scene.mark(undefined, watcher, again);
        await list(scene, watcher);
      },
    },
    {
      name: 'presence/restored-without-joining-again',
      settings: briefly,
      play: async (scene) => {
        const [ada, watcher] = [await enter(scene, 'ada'), await enter(scene, 'watcher')];
        await joined(scene, ada, 'ada', [watcher]);
        await ada.cut();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(ada) });
        await Promise.all([watcher, again].map((client) => scene.presence(client, { type: 'leave', id: 'ada' })));
        await list(scene, again);
      },
    },
    {
      name: 'presence/joined-by-the-server-and-restored',
      settings: { presenceTtl: 1 },
      play: async (scene) => {
        // In which order several leave at once is chance, so that only who is left is recorded.
        const entering = async (id: string) => {
          const client = await scene.probe(id);
          await client.subscribe(scene.room({ presence: true, join: id }));
          await scene.presence(client, { type: 'join', id });
          return client;
        };
        const [watcher, ada] = [await entering('watcher'), await entering('ada')];
        await ada.cut();
        const again = await scene.probe('ada', { sid: scene.sidOf(ada) });
        scene.note({ restored: again.frames[0]?.['restored'] });
        await lastingATtl(scene, watcher, await entering('zed'));
        const late = await scene.connect('late');
        await late.subscribe(scene.room({ presence: true }));
        await list(scene, late, scene.room({ presence: true }));
      },
    },
    {
      name: 'presence/base-protocol',
      settings: briefly,
      play: async (scene) => {
        const entering = async (id: string, protocols: readonly string[]) => {
          const client = await scene.probe(id, { protocols });
          await client.subscribe(scene.publicStream());
          await joined(scene, client, id, []);
          return client;
        };
        const watcher = await entering('watcher', [EXTENDED]);
        await entering('base', [BASE]);
        await lastingATtl(scene, watcher, await entering('zed', [EXTENDED]));
        const late = await enter(scene, 'late');
        await list(scene, late);
      },
    },
    {
      name: 'presence/large-info',
      settings: publicStreams,
      play: async (scene) => {
        const [ada, grace] = [await scene.probe('ada'), await scene.probe('grace')];
        await ada.subscribe(scene.publicStream());
        await joined(scene, ada, 'ada', [], 'x'.repeat(4_000));
        await grace.subscribe(scene.publicStream());
        join(scene, grace, 'grace', 'x'.repeat(5_000));
        await grace.settled();
        grace.command('presence', scene.publicStream());
        const { message } = await scene.presence(grace, { type: 'info' });
        scene.note({ members: (message as { total?: unknown }).total });
      },
    },
  ],
};

/** Waits until members who were lost now are gone: `zed` is one, and `watcher` sees it leave. */
async function lastingATtl(scene: Scene, watcher: CableClient, zed: CableClient): Promise<void> {
  await zed.cut();
  await scene.presence(watcher, { type: 'leave', id: 'zed' });
  await scene.mark(undefined, watcher);
}
