import { BASE } from '../../support/cable-client.js';
import type { Topic } from '../transcript.js';

export const resume: Topic = {
  topic: 'resume',
  transcripts: [
    {
      name: 'resume/restored',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.subscribe(scene.room({}, 'other'));
        await scene.publish(undefined, { n: 1 });
        const { epoch, offset } = await client.next((frame) => 'offset' in frame);
        await client.cut();
        await scene.publish(undefined, { n: 2 }, { n: 3 });
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
        again.command('history', scene.room(), { history: { streams: { [scene.stream()]: { epoch, offset } } } });
        await again.next({ type: 'confirm_history' });
        await scene.mark(undefined, again);
        await scene.mark('other', again);
        again.perform(scene.room(), 'whoami');
        await again.settled();
      },
    },
    {
      name: 'resume/without-subscriptions',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.close();
        await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
      },
    },
    {
      name: 'resume/after-a-proper-close',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.close();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
        await scene.mark(undefined, again);
      },
    },
    {
      name: 'resume/by-header',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.cut();
        const headers = { 'x-anycable-restore-sid': scene.sidOf(client) };
        await scene.connect('ada again', { user: 'ada', headers });
      },
    },
    {
      name: 'resume/unknown-sid',
      play: async (scene) => {
        const client = await scene.connect('ada', { sid: 'no-such-session' });
        await client.subscribe(scene.room());
        await scene.connect('grace', { sid: '' });
      },
    },
    {
      name: 'resume/while-still-connected',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
        await scene.mark(undefined, client, again);
      },
    },
    {
      name: 'resume/twice-in-a-row',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.cut();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
        await again.cut();
        const third = await scene.connect('ada once more', { user: 'ada', sid: scene.sidOf(again) });
        await scene.connect('ada by the first', { user: 'ada', sid: scene.sidOf(client) });
        await scene.mark(undefined, third);
      },
    },
    {
      name: 'resume/unsubscribed-before',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.subscribe(scene.room({}, 'other'));
        client.command('unsubscribe', scene.room());
        await client.settled();
        await client.cut();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
        await again.subscribe(scene.room());
      },
    },
    {
      name: 'resume/subscribed-again',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.cut();
        const again = await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
        again.command('subscribe', scene.room());
        await again.settled();
        await scene.mark(undefined, again);
      },
    },
    {
      name: 'resume/base-protocol',
      play: async (scene) => {
        const client = await scene.connect('ada', { protocols: [BASE] });
        await client.subscribe(scene.room());
        await client.cut();
        await scene.connect('ada again', { user: 'ada', protocols: [BASE], sid: scene.sidOf(client) });
        await scene.connect('ada extended', { user: 'ada', sid: scene.sidOf(client) });
      },
    },
    {
      name: 'resume/stale-sid',
      settings: { sessionsTtl: 1 },
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.cut();
        const sid = scene.sidOf(client);
        await scene.until(async () => {
          const probe = await scene.probe('ada', { sid });
          await probe.cut();
          return probe.frames[0]?.['restored'] !== true;
        }, 'the session expires');
        const again = await scene.connect('ada again', { user: 'ada', sid });
        await again.subscribe(scene.room());
      },
    },
    {
      name: 'resume/kept-while-connected',
      settings: { sessionsTtl: 1 },
      play: async (scene) => {
        const [ada, zed] = [await scene.connect('ada'), await scene.connect('zed')];
        await ada.subscribe(scene.room());
        await zed.cut();
        // Zed shows when a session of that age is gone that nobody uses.
        await scene.until(async () => {
          const probe = await scene.probe('zed', { sid: scene.sidOf(zed) });
          await probe.cut();
          return probe.frames[0]?.['restored'] !== true;
        }, 'the session expires');
        await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(ada) });
      },
    },
    {
      name: 'resume/by-somebody-else',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await client.cut();
        const eve = await scene.connect('eve', { sid: scene.sidOf(client) });
        await scene.publish(undefined, { secret: true });
        eve.perform(scene.room(), 'whoami');
        await eve.settled();
      },
    },
    {
      name: 'resume/by-who-is-refused',
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.cut();
        const eve = await scene.connect('eve', { user: 'nobody', sid: scene.sidOf(client) });
        await scene.unlessEnded(eve, eve.settled());
      },
    },
    {
      name: 'resume/after-a-restart',
      alone: true,
      play: async (scene) => {
        const client = await scene.connect('ada');
        await client.subscribe(scene.room());
        await scene.restart();
        await scene.connect('ada again', { user: 'ada', sid: scene.sidOf(client) });
      },
    },
  ],
};
