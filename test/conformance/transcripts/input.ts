import type { CableClient } from '../../support/cable-client.js';
import type { Scene } from '../scene.js';
import type { Topic, Transcript } from '../transcript.js';

/** Of both servers' configuration. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** A transcript that sends something odd, and looks whether the server goes on. */
function odd(name: string, send: (client: CableClient, scene: Scene) => void): Transcript {
  return {
    name: `input/${name}`,
    play: async (scene) => {
      const client = await scene.connect('ada', { query: { pi: '1' } });
      await client.subscribe(scene.room());
      send(client, scene);
      await scene.hears(client);
      await scene.mark(undefined, client);
    },
  };
}

/** The same with a client that is cut off: by which code is not compared, as the rest of its frame is in the way. */
function tooLarge(name: string, bytes: number): Transcript {
  return {
    name: `input/${name}`,
    play: async (scene) => {
      const client = await scene.probe('ada');
      const frame = { command: 'message', identifier: scene.room(), data: '' };
      client.send({ ...frame, data: 'x'.repeat(bytes - JSON.stringify(frame).length) });
      const heard = await client.settled().then(
        () => true,
        () => false,
      );
      scene.note({ bytes, heard });
    },
  };
}

/** Asks for an echo of two bytes that are no UTF-8. */
function badEcho(scene: Scene): Buffer {
  const [before = '', after = ''] = JSON.stringify({
    command: 'message',
    identifier: scene.room(),
    data: JSON.stringify({ action: 'echo', text: 'BYTES' }),
  }).split('BYTES');
  return Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xfe]), Buffer.from(after)]);
}

export const input: Topic = {
  topic: 'input',
  transcripts: [
    odd('not-json', (client) => client.send('not json')),
    odd('empty', (client) => client.send('')),
    odd('an-array', (client) => client.send('[]')),
    odd('a-string', (client) => client.send('"ping"')),
    odd('a-number', (client) => client.send('7')),
    odd('null', (client) => client.send('null')),
    odd('an-empty-object', (client) => client.send({})),
    odd('unknown-command', (client) => client.send({ command: 'dance' })),
    odd('empty-command', (client) => client.send({ command: '' })),
    odd('null-fields', (client) => client.send('{"command":"subscribe","identifier":null,"data":null,"history":null}')),
    odd('unknown-fields', (client) => client.send({ command: 'ping', extra: { a: 1 } })),
    odd('command-in-capitals', (client) => client.send({ command: 'PING' })),
    odd('field-names-in-capitals', (client) => client.send({ COMMAND: 'ping' })),
    odd('a-field-twice', (client) => client.send('{"command":"pong","command":"ping"}')),
    odd('something-after-the-json', (client) => client.send('{"command":"ping"} x')),
    odd('command-is-a-number', (client) => client.send({ command: 7 })),
    odd('identifier-is-an-object', (client) => client.command('subscribe', { channel: 'RoomChannel' } as never)),
    odd('history-is-a-text', (client, scene) => client.command('history', scene.room(), { history: 'all' })),
    odd('history-since-is-a-text', (client, scene) =>
      client.command('history', scene.room(), { history: { since: '1' } }),
    ),
    odd('history-since-is-a-fraction', (client, scene) =>
      client.command('history', scene.room(), { history: { since: 1.5 } }),
    ),
    odd('history-offset-is-negative', (client, scene) =>
      client.command('history', scene.room(), {
        history: { streams: { [scene.stream()]: { epoch: 'x', offset: -1 } } },
      }),
    ),
    odd('history-position-is-null', (client, scene) =>
      client.command('history', scene.room(), { history: { streams: { [scene.stream()]: null } } }),
    ),
    odd('presence-is-a-text', (client, scene) => client.command('join', scene.room(), { presence: 'ada' })),
    odd('presence-id-is-a-number', (client, scene) => client.command('join', scene.room(), { presence: { id: 7 } })),
    odd('binary-json', (client) => client.send(Buffer.from('{"command":"ping"}'))),
    odd('binary-nonsense', (client) => client.send(Buffer.from([0, 255, 1, 254]))),
    odd('binary-with-bad-utf-8', (client, scene) => client.send(badEcho(scene))),
    {
      name: 'input/text-with-bad-utf-8',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        client.sendText(badEcho(scene));
        await scene.unlessEnded(client, client.next());
      },
    },
    odd('lone-surrogate', (client, scene) =>
      client.send(
        `{"command":"message","identifier":${JSON.stringify(scene.room())},"data":"{\\"action\\":\\"echo\\",\\"text\\":\\"\\\\ud83d\\"}"}`,
      ),
    ),
    odd('deeply-nested', (client) => client.send(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)),
    tooLarge('as-large-as-allowed', MAX_MESSAGE_BYTES),
    tooLarge('too-large', MAX_MESSAGE_BYTES + 1),
    tooLarge('much-too-large', MAX_MESSAGE_BYTES * 16),
    {
      name: 'input/many-commands-at-once',
      play: async (scene) => {
        const client = await scene.connect('ada');
        client.command('subscribe', scene.room());
        for (let n = 1; n <= 50; n++) client.perform(scene.room(), 'echo', { n });
        client.command('unsubscribe', scene.room());
        client.perform(scene.room(), 'echo', { n: 'late' });
        await client.settled();
      },
    },
  ],
};
