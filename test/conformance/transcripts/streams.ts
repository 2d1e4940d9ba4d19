import { signStreamName } from '../../support/anycable/keys.js';
import type { Topic } from '../transcript.js';

export const streams: Topic = {
  topic: 'streams',
  transcripts: [
    {
      name: 'streams/signed',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.signedStream());
        await scene.mark(undefined, client);
        client.command('history', scene.signedStream(), { history: { since: 1 } });
        await client.next({ type: 'confirm_history' });
        client.perform(scene.signedStream(), 'echo', { text: 'to nobody' });
        await client.settled();
        client.command('unsubscribe', scene.signedStream());
        await client.settled();
        await client.subscribe(scene.signedStream('ü/😀'));
        await scene.mark('ü/😀', client);
      },
    },
    {
      name: 'streams/forged',
      play: async (scene) => {
        const client = await scene.connect('ada');
        const name = scene.stream();
        const good = signStreamName(name, scene.secret);
        const [payload = '', digest = ''] = good.split('--');
        const other = signStreamName('another', scene.secret).split('--')[1] ?? '';
        const forged = [
          signStreamName(name, 'another key'),
          `${payload}--${other}`,
          `${payload}--${digest.toUpperCase()}`,
          `${payload}--${digest.slice(0, -1)}`,
          `${payload}--`,
          `--${digest}`,
          payload,
          `${good}--${digest}`,
          `${good} `,
          name,
          '--',
          ' ',
        ];
        for (const signedName of forged) await client.subscribe(scene.signed(signedName));
        await scene.publish(undefined, { secret: true });
        await client.settled();
      },
    },
    {
      name: 'streams/signed-but-no-name',
      play: async (scene) => {
        const client = await scene.connect('ada');
        for (const name of [7, null, true, ['x'], { a: 1 }]) {
          await client.subscribe(scene.signed(signStreamName(name, scene.secret)));
        }
      },
    },
    {
      name: 'streams/signed-empty-name',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.signed(signStreamName('', scene.secret)));
      },
    },
    {
      name: 'streams/malformed-identifier',
      settings: { publicStreams: true },
      play: async (scene) => {
        const client = await scene.connect('ada');
        const parameters = [
          {},
          { signed_stream_name: '' },
          { signed_stream_name: 7 },
          { signed_stream_name: null },
          { stream_name: 7 },
          { stream_name: '' },
          { stream_name: ['x'] },
          { streamName: 'x' },
        ];
        for (const more of parameters) await client.subscribe(JSON.stringify({ channel: '$pubsub', ...more }));
      },
    },
    {
      name: 'streams/public-are-off',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.publicStream());
        await scene.publish(undefined, { n: 1 });
        await client.settled();
      },
    },
    {
      name: 'streams/public',
      settings: { publicStreams: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.publicStream());
        await scene.mark(undefined, ada, grace);
        ada.command('whisper', scene.publicStream(), { data: { n: 1 } });
        await grace.next();
        ada.command('join', scene.publicStream(), { presence: { id: 'ada' } });
        await Promise.all([ada, grace].map((client) => scene.presence(client, { type: 'join' })));
      },
    },
    {
      name: 'streams/public-names-of-a-chat',
      settings: { publicStreams: true },
      play: async (scene) => {
        const client = await scene.connect('eve');
        for (const name of ['chat/', 'chat/ada/1', 'llm/1', 'chat-room/lobby', 'chats/1']) {
          await client.subscribe(JSON.stringify({ channel: '$pubsub', stream_name: name }));
        }
      },
    },
    {
      name: 'streams/signed-where-public-are-on',
      settings: { publicStreams: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.signedStream());
        ada.command('whisper', scene.signedStream(), { data: { n: 1 } });
        ada.command('presence', scene.signedStream());
        await ada.settled();
        await scene.mark(undefined, ada, grace);
        await ada.subscribe(scene.signedStream('forged', 'another key'));
      },
    },
    {
      name: 'streams/signed-and-public-name-at-once',
      settings: { publicStreams: true },
      play: async (scene) => {
        const client = await scene.connect('ada');
        const signedName = signStreamName(scene.stream(), scene.secret);
        const both = JSON.stringify({
          channel: '$pubsub',
          stream_name: scene.stream('other'),
          signed_stream_name: signedName,
        });
        await client.subscribe(both);
        await scene.mark(undefined, client);
        await scene.publish('other', { n: 1 });
        const forged = JSON.stringify({
          channel: '$pubsub',
          stream_name: scene.stream('other'),
          signed_stream_name: 'x',
        });
        await client.subscribe(forged);
      },
    },
    {
      name: 'streams/restored-session',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.signedStream());
        await client.cut();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
        await scene.mark(undefined, again);
      },
    },
  ],
};
