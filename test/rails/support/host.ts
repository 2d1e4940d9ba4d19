/**
 * A Rails app at work: the AnyCable server with its proxy, puma, and the process of the jobs, each by itself, so that each
 * can be stopped, hung and killed by itself. They get the app's own settings; only ports, the secret and what a test asks for
 * come from the environment.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { railsEnvironment } from '../../../scripts/rails.mjs';
import { freePorts } from '../../support/anycable/ports.js';
import { type ManagedProcess, type ProcessOptions, startProcess } from '../../support/chaos/index.js';
import type { RailsApp } from './app.js';

export interface RailsHostOptions {
  readonly app: RailsApp;
  /** For all processes. */
  readonly env?: NodeJS.ProcessEnv;
  /** How AnyCable reaches Rails; as the app was made. Default: http. */
  readonly rpc?: 'http' | 'grpc';
  /** Ruby: settings of the chat for this test, as lines with `config`. */
  readonly settings?: string;
}

export interface RailsHost {
  /** Where pages and the cable are: the proxy's. */
  readonly url: string;
  readonly cableUrl: string;
  /** Where Rails posts what it broadcasts: not the proxy's port. */
  readonly broadcastUrl: string;
  /** Of which all keys come. */
  readonly secret: string;
  readonly anycable: ManagedProcess;
  readonly puma: ManagedProcess;
  /** The supervisor of solid_queue and its processes. */
  readonly jobs: ManagedProcess;
  /** AnyCable's RPC server, where that is a process of its own. */
  readonly rpc: ManagedProcess | undefined;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** A machine with all cores busy takes half a minute to load Rails four times. */
const START_DEADLINE = 120_000;

const WORKER_READY = /^worker (\d+) is ready$/;

export async function startRailsApp({ app, env, rpc = 'http', settings }: RailsHostOptions): Promise<RailsHost> {
  writeSettings(app, settings ?? '');
  const [http = 0, puma = 0, broadcast = 0, grpc = 0] = await freePorts(4);
  const broadcastUrl = `http://127.0.0.1:${broadcast}/_broadcast`;
  const secret = env?.['ANYCABLE_SECRET'] ?? randomBytes(16).toString('hex');
  const rpcHost = rpc === 'http' ? `http://127.0.0.1:${puma}/_anycable` : `127.0.0.1:${grpc}`;
  const environment = {
    ...railsEnvironment(),
    RAILS_ENV: 'development',
    ANYCABLE_SECRET: secret,
    ANYCABLE_DISABLE_TELEMETRY: 'true',
    ANYCABLE_HTTP_BROADCAST_URL: broadcastUrl,
    ...env,
  };
  const start = (options: Omit<ProcessOptions, 'cwd' | 'deadline'>): Promise<ManagedProcess> =>
    startProcess({ ...options, env: { ...environment, ...options.env }, cwd: app.folder, deadline: START_DEADLINE });

  const starting = await Promise.allSettled([
    start({
      command: 'bin/thrust',
      // The proxy wants a process to wrap, and ends when that one does.
      args: ['sleep', 'infinity'],
      env: {
        ANYCABLE_HOST: '127.0.0.1',
        ANYCABLE_HTTP_BROADCAST_PORT: String(broadcast),
        ANYCABLE_RPC_HOST: rpcHost,
        HTTP_PORT: String(http),
        TARGET_PORT: String(puma),
      },
      ready: { port: broadcast },
      group: true,
    }),
    start({
      command: 'bundle',
      args: ['exec', 'puma', '--bind', `tcp://127.0.0.1:${puma}`],
      ready: /Listening on http/,
      group: true,
    }),
    start({ command: 'bin/jobs', ready: WORKER_READY, group: true }),
    ...(rpc === 'http'
      ? []
      : [
          start({
            command: 'bundle',
            args: ['exec', 'anycable'],
            env: { ANYCABLE_RPC_HOST: rpcHost },
            ready: { port: grpc },
            group: true,
          }),
        ]),
  ]);
  const processes = starting.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const stop = async (): Promise<void> => void (await Promise.all(processes.map((each) => each.stop())));
  const failed = starting.find((each) => each.status === 'rejected');
  const [anycableProcess, pumaProcess, jobsProcess, rpcProcess] = processes;
  if (failed !== undefined || !anycableProcess || !pumaProcess || !jobsProcess) {
    await stop();
    throw failed?.reason;
  }
  return {
    url: `http://127.0.0.1:${http}`,
    cableUrl: `ws://127.0.0.1:${http}/cable`,
    broadcastUrl,
    secret,
    anycable: anycableProcess,
    puma: pumaProcess,
    jobs: jobsProcess,
    rpc: rpcProcess,
    stop,
  };
}

/** The process that runs the jobs at the moment; its supervisor puts another one in its place. */
export function workerOf(jobs: ManagedProcess): number {
  const line = jobs.log.findLast((each) => WORKER_READY.test(each)) ?? '';
  return Number(WORKER_READY.exec(line)?.[1]);
}

/** After the app's own initializers, in the order of their names. The jobs say on stdout what they are doing. */
function writeSettings({ folder }: RailsApp, settings: string): void {
  writeFileSync(
    join(folder, 'config/initializers/zz_trials.rb'),
    `# frozen_string_literal: true

Rails.application.config.to_prepare do
  config = CableChat.config
  ${settings.trim().replaceAll('\n', '\n  ')}
  config.validate!
end

Rails.application.config.after_initialize do
  SolidQueue.on_worker_start do
    $stdout.puts "worker #{Process.pid} is ready"
    $stdout.flush
  end
end
`,
  );
}
