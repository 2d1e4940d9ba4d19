import type { Channel, ChannelContext } from '../../templates/node/src/cable/channel.js';
import { createAssistantChannel } from '../../templates/node/src/channels/assistant-channel.js';
import { createChatOn, type Chat } from '../../templates/node/src/chat/chat.js';
import type { OutgoingFrame } from '../../templates/node/src/chat/index.js';
import type { ChatOptions } from '../../templates/node/src/chat/options.js';
import type { Store } from '../../templates/node/src/chat/store.js';
import type { Logger } from '../../templates/node/src/logger.js';
import { type Chance, hex } from './chance.js';
import { JobsChat, type ProcessChat } from './jobs-chat.js';
import { type Generation, standIn } from './provider.js';
import type { Scope, Timeline } from './timeline.js';

export interface FleetParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly store: Store;
  readonly size: number;
  /** `embedded`: the real chat with its own queue; `jobs`: actions and jobs as a Rails application runs them. */
  readonly kind: 'embedded' | 'jobs';
  readonly options: Partial<ChatOptions>;
  readonly generations: Generation[];
  readonly chunks: number;
  readonly logger: Logger;
  readonly broadcast: (stream: string, frame: OutgoingFrame) => void;
  /** Whether a process may die in the midst of an action now. */
  readonly mayCrash: () => boolean;
  readonly trace: (line: string) => void;
}

interface Process {
  readonly number: number;
  readonly scope: Scope;
  readonly chat: ProcessChat;
  readonly channel: Channel;
}

/** The chat processes, all on one database. Any of them may serve any action, and be killed, stopped or shut down. */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #queue: Scope;
  readonly #openOf;
  #processes: Process[] = [];
  #started = 0;
  /** Answers that a process was writing when the schedule killed or stopped it: these may end as interrupted. */
  readonly orphans = new Set<string>();

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#queue = parts.timeline.scope('job queue');
    this.#openOf = parts.store.database.prepare(
      `SELECT id FROM messages WHERE status = 'streaming' AND substr(lease, 1, 8) = ?`,
    );
    for (let count = 0; count < parts.size; count++) this.start();
  }

  start(): void {
    const { timeline, chance, store, generations, chunks, options, logger, kind, trace } = this.#parts;
    const number = ++this.#started;
    trace(`process ${number} starts`);
    const scope = timeline.scope(`process ${number}`);
    const common = {
      clock: scope,
      mintId: () => chance.uuid(hex(number, 8)),
      provider: standIn({ clock: scope, chance, generations, chunks }),
      options,
      logger,
      publish: (conversationId: string, owner: string, frame: OutgoingFrame) =>
        this.#parts.broadcast(streamFor(owner, conversationId), frame),
    };
    const chat: ProcessChat =
      kind === 'embedded'
        ? createChatOn(store, common)
        : new JobsChat({
            ...common,
            store,
            enqueue: (messageId) => this.#enqueue(messageId),
            crashes: () => this.#crashes(number),
          });
    if (isEmbedded(chat)) timeline.within(scope, () => chat.start());
    this.#processes.push({ number, scope, chat, channel: createAssistantChannel(asChat(chat)) });
  }

  /** The channel that the cable calls: one of the processes serves it. */
  readonly channel: Channel = {
    subscribed: (context) => (this.#serving() ?? this.#processes[0])?.channel.subscribed(context),
    perform: (context, action, data) => {
      const process = this.#serving();
      if (process === undefined) {
        this.#parts.trace(`nobody serves ${action}`);
        return;
      }
      const { timeline } = this.#parts;
      if (process.scope.isPaused) {
        // It is served when the process goes on; whoever asked has given up waiting by then.
        process.scope.after(0, () => void process.channel.perform(deaf(context), action, data));
        return;
      }
      timeline.within(process.scope, () => void process.channel.perform(context, action, data));
    },
  };

  get running(): number {
    return this.#processes.filter(({ scope }) => !scope.isPaused).length;
  }

  /** SIGKILL. Returns how many answers were being written. */
  kill(process = this.#busiest()): number {
    if (process === undefined) return 0;
    const orphans = this.#orphan(process);
    this.#parts.trace(`process ${process.number} is killed, writing ${orphans}`);
    this.#remove(process);
    return orphans;
  }

  /** SIGSTOP, and later SIGCONT: by then others may have given up on it. Returns how many answers were being written. */
  pause(milliseconds: number, leaseMs: number): number {
    const process = this.#busiest();
    if (process === undefined || process.scope.isPaused) return 0;
    // A shorter pause than what a lease has left after a heartbeat must not cost an answer.
    const mayExpire = milliseconds > (leaseMs * 2) / 3;
    const orphans = mayExpire ? this.#orphan(process) : this.#writing(process).length;
    this.#parts.trace(`process ${process.number} is stopped for ${milliseconds} ms, writing ${orphans}`);
    process.scope.pause();
    this.#queue.after(milliseconds, () => {
      this.#parts.trace(`process ${process.number} goes on`);
      process.scope.continue();
    });
    return mayExpire ? orphans : 0;
  }

  /** SIGTERM: what runs is closed as interrupted, at once. */
  shutDown(): number {
    let orphans = 0;
    for (const process of [...this.#processes]) {
      orphans += this.#orphan(process);
      this.#processes.splice(this.#processes.indexOf(process), 1);
      this.#parts.trace(`process ${process.number} shuts down`);
      process.scope.continue();
      this.#parts.timeline.within(process.scope, () => void process.chat.close().then(() => process.scope.stop()));
    }
    return orphans;
  }

  killAll(): number {
    return [...this.#processes].reduce((orphans, process) => orphans + this.kill(process), 0);
  }

  /** Back to full strength. */
  restore(): void {
    for (const { scope } of this.#processes) scope.continue();
    while (this.#processes.length < this.#parts.size) this.start();
  }

  /** Another process than the one at work gets a word in. */
  interleave(): void {
    const { timeline, chance } = this.#parts;
    const others = this.#processes.filter(({ scope }) => scope !== timeline.current && !scope.isPaused);
    const other = chance.pick(others);
    if (other !== undefined) timeline.hurry(other.scope, 50);
  }

  #enqueue(messageId: string): void {
    const { chance } = this.#parts;
    for (let run = chance.is(0.15) ? 2 : 1; run > 0; run--) {
      this.#queue.after(chance.between(0, chance.is(0.1) ? 8_000 : 300), () => this.#runJob(messageId));
    }
  }

  #runJob(messageId: string): void {
    const process = this.#serving();
    if (process === undefined) return;
    process.scope.after(0, () => {
      if (process.chat instanceof JobsChat) process.chat.run(messageId);
    });
  }

  #crashes(number: number): boolean {
    const process = this.#processes.find((other) => other.number === number);
    if (process === undefined) return true;
    if (!this.#parts.mayCrash()) return false;
    this.kill(process);
    this.#queue.after(this.#parts.chance.between(100, 3_000), () => this.start());
    return true;
  }

  #serving(): Process | undefined {
    return this.#parts.chance.pick(this.#processes);
  }

  #busiest(): Process | undefined {
    return [...this.#processes]
      .filter(({ scope }) => !scope.isPaused)
      .sort((a, b) => this.#writing(b).length - this.#writing(a).length)[0];
  }

  #writing(process: Process): string[] {
    return this.#openOf.all(hex(process.number, 8)).map((row) => String(row['id']));
  }

  #orphan(process: Process): number {
    const writing = this.#writing(process);
    for (const id of writing) this.orphans.add(id);
    return writing.length;
  }

  #remove(process: Process): void {
    process.scope.stop();
    this.#processes = this.#processes.filter((other) => other !== process);
  }
}

function streamFor(user: string, conversationId: string): string {
  return `chat/${encodeURIComponent(user)}/${conversationId}`;
}

function isEmbedded(chat: ProcessChat): chat is Chat {
  return 'start' in chat;
}

/** The channel takes any chat that performs; the rest of the port is the embedded server's. */
function asChat(chat: ProcessChat): Chat {
  return isEmbedded(chat) ? chat : ({ perform: chat.perform.bind(chat), streamFor } as unknown as Chat);
}

function deaf(context: ChannelContext): ChannelContext {
  return { ...context, transmit: () => undefined };
}
