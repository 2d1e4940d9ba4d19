import { signStreamName } from '../../support/anycable/keys.js';
import { messageOf } from '../scene.js';
import type { Topic } from '../transcript.js';

export const whisper: Topic = {
  topic: 'whisper',
  transcripts: [
    {
      name: 'whisper/to-everybody-else',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const clients = [await scene.connect('ada'), await scene.connect('grace'), await scene.connect('alan')];
        for (const client of clients) await client.subscribe(scene.signedStream());
        const [ada, ...others] = clients;
        ada?.command('whisper', scene.signedStream(), { data: { event: 'typing', by: 'ada' } });
        await Promise.all(others.map((client) => client.next()));
        await scene.mark(undefined, ...clients);
      },
    },
    {
      name: 'whisper/data-of-every-kind',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.signedStream());
        for (const data of [{}, { a: [1, { b: null }] }, [], 'text', '{"json":"in a string"}', '', 7, 0, true, false]) {
          ada.command('whisper', scene.signedStream(), { data });
        }
        ada.command('whisper', scene.signedStream(), { data: { text: '<&>\u2028 ü 😀' } });
        await ada.settled();
        await scene.mark(undefined, ada, grace);
      },
    },
    {
      name: 'whisper/without-data',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.signedStream());
        ada.command('whisper', scene.signedStream());
        ada.command('whisper', scene.signedStream(), { data: null });
        await ada.settled();
        await scene.mark(undefined, ada, grace);
      },
    },
    {
      name: 'whisper/other-tabs-hear-it',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [one, two] = [await scene.connect('one', { user: 'ada' }), await scene.connect('two', { user: 'ada' })];
        for (const client of [one, two]) await client.subscribe(scene.signedStream());
        one.command('whisper', scene.signedStream(), { data: { n: 1 } });
        await two.next();
        await scene.mark(undefined, one, two);
      },
    },
    {
      name: 'whisper/is-not-history',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.signedStream());
        await scene.mark(undefined, ada, grace);
        ada.command('whisper', scene.signedStream(), { data: { n: 1 } });
        await grace.next();
        await scene.mark(undefined, ada, grace);
        grace.command('history', scene.signedStream(), { history: { since: 1 } });
        await grace.next({ type: 'confirm_history' });
      },
    },
    {
      name: 'whisper/where-it-is-not-allowed',
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const identifier of [scene.signedStream(), scene.room()]) {
          for (const client of [ada, grace]) await client.subscribe(identifier);
          ada.command('whisper', identifier, { data: { forged: true } });
          await ada.settled();
        }
        ada.command('whisper', scene.room({}, 'nowhere'), { data: { forged: true } });
        await ada.settled();
      },
    },
    {
      name: 'whisper/on-the-stream-of-a-chat',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        const identifier = scene.signed(signStreamName('chat/ada/1', scene.secret));
        for (const client of [ada, grace]) await client.subscribe(identifier);
        ada.command('whisper', identifier, { data: { forged: true } });
        await ada.settled();
        for (const client of [ada, grace]) await client.subscribe(scene.room());
        await scene.mark(undefined, ada, grace);
      },
    },
    {
      name: 'whisper/after-unsubscribing',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.signedStream());
        ada.command('unsubscribe', scene.signedStream());
        ada.command('whisper', scene.signedStream(), { data: { forged: true } });
        await ada.settled();
        await scene.mark(undefined, grace);
      },
    },
    {
      name: 'whisper/by-a-channel',
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.room({ whisper: true }));
        ada.command('whisper', scene.room({ whisper: true }), { data: { n: 1 } });
        await grace.next();
        await scene.mark(undefined, ada, grace);
      },
    },
    {
      name: 'whisper/flood',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.probe('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.signedStream());
        for (let n = 1; n <= 1_000; n++) ada.command('whisper', scene.signedStream(), { data: { n } });
        await ada.settled();
        await scene.mark(undefined, ada, grace);
        const heard = grace.frames.filter((frame) => messageOf(frame)?.['n'] !== undefined).length;
        scene.note({ all: heard === 1_000 });
      },
    },
    {
      name: 'whisper/restored-session',
      settings: { streamsWhisper: true },
      play: async (scene) => {
        const [ada, grace] = [await scene.connect('ada'), await scene.connect('grace')];
        for (const client of [ada, grace]) await client.subscribe(scene.signedStream());
        await ada.cut();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(ada) });
        again.command('whisper', scene.signedStream(), { data: { n: 1 } });
        await grace.next();
        await scene.mark(undefined, again, grace);
      },
    },
  ],
};
