import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, ScaffoldError } from '../../errors.js';
import { withProgress } from '../../progress.js';
import { tryChat } from './chat-trial.js';
import { tryPlain, type CableProtocol } from './plain-trial.js';
import { startApp, type RunningApp } from './start-app.js';
import type { Verdict } from './verdict.js';

export interface LiveOptions {
  /** The cable of an app that runs already; nothing is started then. */
  readonly url: string | undefined;
  /** Default: bin/dev, or bin/rails server. */
  readonly start: string | undefined;
  readonly channel: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  readonly action: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly protocol: CableProtocol | undefined;
  readonly cookie: string | undefined;
  readonly cuts: number;
}

export interface Surroundings {
  readonly folder: string;
  /** What the app's pages connect by, where that could be told. */
  readonly pagesUse: CableProtocol;
  readonly grpc: boolean;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Proves on the running app whether an answer survives a line that is cut.
 * @throws ScaffoldError where the trial cannot be made
 */
export async function live(options: LiveOptions, surroundings: Surroundings): Promise<Verdict> {
  const { folder, pagesUse, say, signal } = surroundings;
  const { channel, params, action, data, cookie, cuts } = options;
  const isOurs = existsSync(join(folder, 'app/channels/concerns/cable_chat/conversation_channel.rb'));
  if (channel === undefined && !isOurs) {
    throw new ScaffoldError(
      ExitCode.usage,
      `This app has no cable-chat, so --live has to be told what to try: --channel AssistantChannel --action ask --data '{"message": "Hello"}', and --params if the channel has some.`,
    );
  }
  if (channel !== undefined && action === undefined) {
    throw new ScaffoldError(
      ExitCode.usage,
      '--channel needs an --action that starts an answer, and perhaps --data and --params.',
    );
  }
  const app = await running(options, surroundings);
  try {
    const { url, cableUrl } = app;
    return await withProgress('an answer over a line that is cut', (report) => {
      const tell = (line: string): void => {
        report(line);
        say(line);
      };
      if (channel === undefined || action === undefined)
        return tryChat({ url, cableUrl, cuts, cookie, say: tell, signal });
      const protocol = options.protocol ?? pagesUse;
      say(`${channel}#${action} by the protocol ${protocol}`);
      return tryPlain({ cableUrl, channel, params, action, data, protocol, cuts, cookie, say: tell, signal });
    });
  } finally {
    await app.stop();
  }
}

async function running({ url, start }: LiveOptions, { folder, grpc, say, signal }: Surroundings): Promise<RunningApp> {
  if (url !== undefined) {
    const page = new URL(url);
    page.protocol = page.protocol.replace('ws', 'http');
    return { url: new URL('/', page).href, cableUrl: url, stop: async () => {} };
  }
  const command =
    start ?? ['bin/dev', 'bin/rails server'].find((each) => existsSync(join(folder, each.split(' ')[0] ?? '')));
  if (command === undefined) {
    throw new ScaffoldError(
      ExitCode.usage,
      'There is neither bin/dev nor bin/rails to start the app with; name a command: --start COMMAND.',
    );
  }
  say(`starting ${command}`);
  // No key and no bill: the trial is of the line, and not of the model.
  const env = { CABLE_CHAT_PROVIDER: 'demo', RAILS_ENV: process.env['RAILS_ENV'] ?? 'development' };
  return withProgress(`starting ${command}`, (report) => startApp({ folder, command, env, grpc, report, signal }));
}
