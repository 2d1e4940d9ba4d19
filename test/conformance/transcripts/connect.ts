import { BASE, EXTENDED } from '../../support/cable-client.js';
import type { Topic } from '../transcript.js';

export const connect: Topic = {
  topic: 'connect',
  transcripts: [
    {
      name: 'connect/welcome',
      play: async (scene) => {
        await scene.connect('ada');
        await scene.connect('grace');
      },
    },
    {
      name: 'connect/refused',
      play: async (scene) => {
        const client = await scene.open('eve', { user: 'nobody' });
        await client.closed;
      },
    },
    {
      name: 'connect/sub-protocols',
      play: async (scene) => {
        await scene.connect('base', { protocols: [BASE] });
        await scene.connect('extended', { protocols: [EXTENDED] });
        await scene.connect('base first', { protocols: [BASE, EXTENDED] });
        await scene.connect('extended first', { protocols: [EXTENDED, BASE] });
        await scene.connect('an unknown one first', { protocols: ['graphql-ws', BASE] });
        await scene.connect('none', { protocols: [] });
      },
    },
    {
      name: 'connect/another-origin',
      play: async (scene) => {
        await scene.tryToOpen('ada', { headers: { origin: 'https://elsewhere.example' } });
      },
    },
    {
      name: 'connect/ping-parameters',
      play: async (scene) => {
        for (const [precision, expected] of [
          ['s', 10],
          ['ms', 13],
          ['ns', 19],
          ['days', 10],
        ] as const) {
          const client = await scene.connect(precision, { query: { pi: '1', ptp: precision } });
          const { message } = await client.next({ type: 'ping' });
          // Beyond 2^53 the digits are not exact, but there are as many.
          scene.note({ precision, digits: BigInt(message as number).toString().length, expected });
        }
        await scene.connect('nonsense', { query: { pi: 'soon', ptp: '' } });
      },
    },
    {
      name: 'connect/client-ping',
      play: async (scene) => {
        const client = await scene.connect('ada');
        client.send({ command: 'ping' });
        client.send({ command: 'pong' });
        client.send({ command: 'ping', identifier: 'x', data: { anything: 1 } });
        await client.settled();
      },
    },
  ],
};
