import type { Topic } from '../transcript.js';

export const subscribe: Topic = {
  topic: 'subscribe',
  transcripts: [
    {
      name: 'subscribe/confirmed',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.subscribe(scene.room({ greet: true }));
      },
    },
    {
      name: 'subscribe/identifier-comes-back-as-it-is',
      play: async (scene) => {
        const client = await scene.connect('ada');
        const identifier = `{ "room" : ${JSON.stringify(scene.stream())},\t"channel":"RoomChannel", "x": 1.50, "ü": "\\u00fc <&>" }`;
        await client.subscribe(identifier);
        await scene.mark(undefined, client);
        client.perform(identifier, 'echo', { text: 'ü <&> \u2028' });
        await client.next();
      },
    },
    {
      name: 'subscribe/rejected',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room({ reject: true }));
        await client.subscribe(scene.room());
        await scene.mark(undefined, client);
        client.perform(scene.room({ reject: true }), 'echo');
        await client.settled();
      },
    },
    {
      name: 'subscribe/channel-fails',
      play: async (scene) => {
        const client = await scene.connect('ada');
        client.command('subscribe', scene.room({ fail: true }));
        await client.settled();
        await client.subscribe(scene.room());
      },
    },
    {
      name: 'subscribe/unknown-channel',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe('{"channel":"NobodyChannel"}');
        await client.subscribe('{"channel":"constructor"}');
        await client.subscribe('{"room":"x"}');
        await client.subscribe('not json');
        await client.subscribe('[]');
      },
    },
    {
      name: 'subscribe/twice',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        client.command('subscribe', scene.room());
        await client.settled();
        await scene.mark(undefined, client);
      },
    },
    {
      name: 'subscribe/too-many',
      play: async (scene) => {
        const client = await scene.connect('ada');
        for (let n = 1; n <= 101; n++) await client.subscribe(scene.room({}, `room ${n}`));
      },
    },
    {
      name: 'subscribe/long-identifier',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room({}, 'x'.repeat(3_900)));
        await client.subscribe(scene.room({}, 'x'.repeat(5_000)));
      },
    },
    {
      name: 'subscribe/unsubscribed',
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        await Promise.all([ada.subscribe(scene.room()), grace.subscribe(scene.room())]);
        await scene.mark(undefined, ada, grace);
        ada.command('unsubscribe', scene.room());
        await ada.settled();
        await scene.mark(undefined, grace);
        await ada.subscribe(scene.room());
        await scene.mark(undefined, ada, grace);
      },
    },
    {
      name: 'subscribe/not-subscribed',
      play: async (scene) => {
        const client = await scene.connect('ada');
        client.command('unsubscribe', scene.room());
        client.perform(scene.room(), 'echo');
        client.command('history', scene.room(), { history: { since: 1 } });
        client.command('presence', scene.room());
        client.command('join', scene.room(), { presence: { id: 'ada' } });
        client.command('leave', scene.room());
        client.command('whisper', scene.room(), { data: { text: 'x' } });
        await client.settled();
      },
    },
  ],
};
