import type { Topic } from '../transcript.js';

export const disconnect: Topic = {
  topic: 'disconnect',
  transcripts: [
    {
      name: 'disconnect/remote',
      play: async (scene) => {
        const [ada, grace, alan] = [
          await scene.connect('ada'),
          await scene.connect('grace'),
          await scene.connect('alan'),
        ];
        const end = (user: string, reconnect: boolean) =>
          scene.post({ command: 'disconnect', payload: { identifier: scene.identifiers(user), reconnect } });
        await end('ada', true);
        await ada.closed;
        await end('grace', false);
        await grace.closed;
        await end('nobody else', false);
        await alan.settled();
      },
    },
    {
      name: 'disconnect/remote-malformed',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await scene.post({ command: 'disconnect' });
        await scene.post({ command: 'disconnect', payload: 'ada' });
        await scene.post({ command: 'disconnect', payload: { identifier: 7 } });
        await client.settled();
      },
    },
    {
      name: 'disconnect/several-connections-of-one-user',
      play: async (scene) => {
        const clients = [await scene.connect('one', { user: 'ada' }), await scene.connect('two', { user: 'ada' })];
        await scene.post({ command: 'disconnect', payload: { identifier: scene.identifiers('ada'), reconnect: true } });
        await Promise.all(clients.map(({ closed }) => closed));
      },
    },
    {
      name: 'disconnect/server-restart',
      alone: true,
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await scene.mark(undefined, client);
        await scene.restart();
      },
    },
  ],
};
