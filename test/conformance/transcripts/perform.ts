import type { Topic } from '../transcript.js';

export const perform: Topic = {
  topic: 'perform',
  transcripts: [
    {
      name: 'perform/transmissions-in-order',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        client.perform(scene.room(), 'count', { to: 20 });
        client.perform(scene.room(), 'echo', { nested: { list: [1, 'two', null, true], text: 'ü😀' } });
        client.perform(scene.room(), 'whoami');
        client.perform(scene.room(), 'nothing of the kind');
        await client.settled();
      },
    },
    {
      name: 'perform/broadcasts',
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        await Promise.all([ada.subscribe(scene.room()), grace.subscribe(scene.room())]);
        ada.perform(scene.room(), 'say', { message: { text: 'hello' } });
        await Promise.all([ada.next((frame) => 'offset' in frame), grace.next((frame) => 'offset' in frame)]);
      },
    },
    {
      name: 'perform/channel-fails',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        client.perform(scene.room(), 'fail');
        client.perform(scene.room(), 'echo', { still: 'here' });
        await client.settled();
      },
    },
    {
      name: 'perform/bad-data',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        for (const data of ['not json', '[]', '"text"', '{"action":7}', { action: 'echo' }, null, 5, true, ['x']]) {
          client.command('message', scene.room(), { data });
        }
        client.command('message', scene.room());
        client.command('message', scene.room(), { data: '{}' });
        client.perform(scene.room(), 'echo', { still: 'here' });
        await client.settled();
      },
    },
  ],
};
